// Holds a stranger's proof against the shape that a way in asks for.
import type { z } from "zod";
import { AppError } from "../../../shared/schema/errors.ts";
import { fieldErrors } from "../../errors.ts";

/** The proof in its shape. Throws `request.invalid` that names each wrong field below `proof`. */
export function parseProof<Output>(shape: z.ZodType<Output>, proof: unknown): Output {
  const result = shape.safeParse(proof);
  if (result.success) return result.data;
  const errors = fieldErrors(result.error, "").map(({ field, message }) => ({
    field: field === "" ? "proof" : `proof.${field}`,
    message,
  }));
  throw new AppError("request.invalid", `Correct and send again: ${errors.map(({ field }) => field).join(", ")}.`, {
    errors,
  });
}
