// Text that can be stored and shown.
import { z } from "zod";

/** What Unicode calls control characters, spelled out: a pattern of JSON Schema has no flags, and `\p{Cc}` needs one. */
const CONTROL = "\\u0000-\\u001f\\u007f-\\u009f";

/** Text without control characters: a database refuses some of them, and a line of a log or a page is broken by others. */
export const PlainText = z.string().regex(new RegExp(`^[^${CONTROL}]*$`), "use no control characters");
