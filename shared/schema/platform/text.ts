// Text that can be stored and shown.
import { z } from "zod";

/** Text without control characters: a database refuses some of them, and a line of a log or a page is broken by others. */
export const PlainText = z.string().regex(/^\P{Cc}*$/u, "use no control characters");
