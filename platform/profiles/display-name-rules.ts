// What a display name may be: readable, of one script, and not somebody else's office. Pure.
import { DISPLAY_NAME_LENGTH } from "../../shared/schema/platform/index.ts";

/** Longest name as it is stored and signed into tickets, in UTF-16 units. */
export const MAX_NAME_UNITS = 32;

/** More marks (accents, vowel signs) on one letter than any writing system puts there. */
const PILED_MARKS = /\p{M}{4}/u;

/** Letters with their marks, digits, and single separators between them. */
const SHAPE = /^[\p{L}\p{M}\p{Nd}]+(?:[ ._'’-][\p{L}\p{M}\p{Nd}]+)*[._-]?$/u;

/** Scripts whose letters pass for each other's. A name has letters of one of them. */
const LOOKALIKE_SCRIPTS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
];

/** Words that would make players believe somebody who has no office. */
export const RESERVED_WORDS: readonly string[] = [
  "admin",
  "administrator",
  "developer",
  "gamekeeper",
  "gamemaster",
  "moderator",
  "official",
  "staff",
  "support",
  "system",
];

/** Digits that stand for letters. */
const LETTER_OF_DIGIT: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "8": "b",
};

const characters = new Intl.Segmenter("und", { granularity: "grapheme" });

/** A name in the form that is stored, or the reason why it cannot be one. */
export type NameVerdict = { readonly name: string } | { readonly refusal: string };

/**
 * Judges a name. It is normalised (NFKC) and trimmed; then it has 2 to 24 characters and at most 32 UTF-16 units, letters
 * and digits with single separators, letters of one look-alike script, and no word that is reserved or among
 * `blockedNames`: such a word is found behind separators, accents and digits for letters; with a `*` also inside a word.
 */
export function judgeName(given: string, blockedNames: readonly string[] = []): NameVerdict {
  const name = given.normalize("NFKC").trim();
  const length = [...characters.segment(name)].length;
  const { min, max } = DISPLAY_NAME_LENGTH;
  if (length < min || length > max || name.length > MAX_NAME_UNITS) {
    return { refusal: `must have ${min} to ${max} characters` };
  }
  if (!SHAPE.test(name) || !/\p{L}/u.test(name) || PILED_MARKS.test(name.normalize("NFD"))) {
    return { refusal: "must be letters and digits, at least one letter, divided by single spaces or . _ - '" };
  }
  if (LOOKALIKE_SCRIPTS.filter((script) => script.test(name)).length > 1) {
    return { refusal: "must not mix alphabets that look alike, such as Latin and Cyrillic" };
  }
  const words = wordsOf(name);
  if ([...RESERVED_WORDS, ...blockedNames].some((pattern) => isForbidden(words, pattern))) {
    return { refusal: "has a word that names may not have; choose another" };
  }
  return { name };
}

/** The words of a name without disguise, and all of it as one word; each with its digits read as letters, and without those at its end. */
function wordsOf(name: string): string[] {
  const words = name.split(/[ ._'’-]+/u);
  return [...words, words.join("")].flatMap((word) => [skeleton(word), skeleton(word.replace(/\p{Nd}+$/u, ""))]);
}

/** Whether one of `words` is what `pattern` forbids. */
function isForbidden(words: readonly string[], pattern: string): boolean {
  const plain = skeleton(pattern);
  const [anyBefore, anyAfter] = [pattern.startsWith("*"), pattern.endsWith("*")];
  return words.some((word) => {
    if (anyBefore && anyAfter) return word.includes(plain);
    if (anyBefore) return word.endsWith(plain);
    return anyAfter ? word.startsWith(plain) : word === plain;
  });
}

/** What remains of a word without case, marks and disguise. */
function skeleton(word: string): string {
  const folded = word
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase();
  return folded.replace(/[0-9]/g, (digit) => LETTER_OF_DIGIT[digit] ?? "").replace(/[^\p{L}]/gu, "");
}
