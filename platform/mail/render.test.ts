import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MAX_MAIL_ADDRESS_LENGTH } from "../../shared/schema/platform/index.ts";
import { isMailAddress, mailAddressKey, maskedAddress } from "./address.ts";
import { MAIL_LOCALES, mailLocaleOf } from "./locale.ts";
import type { MailContent, MailTemplate } from "./mailer.ts";
import { renderMail } from "./render.ts";
import { germanMails } from "./templates/de.ts";
import { englishMails } from "./templates/en.ts";

const WHEN_MS = Date.UTC(2026, 10, 20, 13, 5);
const TEMPLATES = Object.keys(englishMails) as MailTemplate[];

/** A mail of each template with `text` wherever a stranger can put one. */
function contentWith(template: MailTemplate, text: string): MailContent {
  const code = { code: "K7QF-2M9P", link: "https://play.example.com/account#id=1&code=2", minutes: 10 };
  const occurrence = { whenMs: WHEN_MS, device: text, country: "CH" };
  const values = { ...code, ...occurrence, newAddress: text, days: 7, factor: text, provider: text, codesLeft: 3 };
  return { template, values } as MailContent;
}

describe("mails", () => {
  it("exist in every language for every template, each with its own words", () => {
    assert.deepEqual(Object.keys(germanMails).sort(), [...TEMPLATES].sort());
    for (const template of TEMPLATES) {
      const [english, german] = MAIL_LOCALES.map((locale) => renderMail(contentWith(template, "x"), locale, "Arena"));
      assert.notEqual(english?.subject, german?.subject, template);
      for (const mail of [english, german]) {
        assert.match(mail?.subject ?? "", /Arena/, template);
        assert.ok((mail?.subject.length ?? 0) <= 100, mail?.subject);
        assert.match(mail?.html ?? "", /^<!doctype html>/);
        assert.doesNotMatch((mail?.text ?? "") + mail?.html, /undefined|null|NaN|\[object/, template);
      }
      assert.match(german?.html ?? "", /<html lang="de">/);
    }
  });

  it("show code, link, place and time in text and in HTML", () => {
    for (const locale of MAIL_LOCALES) {
      const mail = renderMail(contentWith("sign-in-code", "x"), locale, "Arena");
      assert.match(mail.subject, /^K7QF-2M9P /);
      assert.match(mail.text, /^ {4}K7QF-2M9P$/m);
      assert.match(mail.text, /^https:\/\/play\.example\.com\/account#id=1&code=2$/m);
      assert.match(mail.html, /href="https:\/\/play\.example\.com\/account#id=1&amp;code=2"/);
    }
    const english = renderMail(contentWith("new-sign-in", "Firefox on Linux"), "en", "Arena").text;
    assert.match(
      english,
      /November 20, 2026.* 1:05\sPM UTC somebody signed in on "Firefox on Linux" from Switzerland\./,
    );
    const german = renderMail(contentWith("new-sign-in", "Firefox"), "de-CH", "Arena").text;
    assert.match(german, /20\. November 2026 um 13:05 UTC .* auf „Firefox“ \(Schweiz\)\./);
  });

  it("leave out what is not known", () => {
    const values = { whenMs: WHEN_MS };
    const mail = renderMail({ template: "password-changed", values }, "en", "Arena");
    assert.match(mail.text, /UTC your password was changed\.$/m);
  });

  it("show whatever a stranger wrote as text: no markup, no second line, no reversed direction", () => {
    const nasty = fc.oneof(
      fc.string({ unit: "binary", maxLength: 400 }),
      fc
        .array(
          fc.constantFrom(
            "<script>",
            "</title>",
            '"',
            "'",
            "&amp;",
            "<img src=x onerror=y>",
            "\r\nBcc: eve",
            "\u202e",
            "\0",
            "{{",
            "${",
            "a",
          ),
        )
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...TEMPLATES),
        fc.constantFrom(...MAIL_LOCALES),
        nasty,
        nasty,
        (template, locale, text, product) => {
          const harmless = renderMail(contentWith(template, "x"), locale, "Arena");
          const mail = renderMail(contentWith(template, text), locale, product);
          const tagsOf = (html: string) => html.match(/<[^>]*>/g);
          assert.deepEqual(tagsOf(mail.html), tagsOf(harmless.html), "the same tags, whatever the values");
          // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there.
          assert.doesNotMatch(mail.subject, /[\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069\u2028\u2029]/);
          assert.equal(mail.text.split("\n").length, harmless.text.split("\n").length);
        },
      ),
    );
  });

  it("refuse a link that is not of the web", () => {
    for (const link of [
      "javascript:alert(1)",
      "data:text/html,x",
      "play.example.com",
      "https://a b",
      `https://a.example/${"x".repeat(3_000)}`,
    ]) {
      const content = contentWith("verify-email", "x");
      const spoiled = { ...content, values: { ...content.values, link } } as MailContent;
      assert.throws(() => renderMail(spoiled, "en", "Arena"), /http or https/, link);
    }
  });
});

describe("the language of a mail", () => {
  it("is the first we have of what is wanted, and else English", () => {
    for (const [wanted, expected] of [
      ["de", "de"],
      ["de-AT", "de"],
      ["DE_ch", "de"],
      ["fr-CH, de;q=0.8, en;q=0.9", "en"],
      ["en;q=0.2, de", "de"],
      ["de;q=0, en", "en"],
      ["fr", "en"],
      ["", "en"],
      ["*", "en"],
      ["deutsch", "en"],
      ["__proto__", "en"],
    ] as const) {
      assert.equal(mailLocaleOf(wanted), expected, wanted);
    }
    assert.equal(mailLocaleOf(undefined), "en");
  });

  it("is found for any text", () => {
    fc.assert(fc.property(fc.string(), (text) => MAIL_LOCALES.includes(mailLocaleOf(text))));
  });
});

describe("mail addresses", () => {
  it("are one plain ASCII address", () => {
    for (const good of [
      "a@b.co",
      "ada.lovelace+arena@mail.example.com",
      "o'neil@xn--zrich-kva.example",
      "1@2.museum",
    ]) {
      assert.ok(isMailAddress(good), good);
    }
    for (const bad of [
      "",
      "ada",
      "@example.com",
      "ada@example",
      "ada@@example.com",
      "a b@example.com",
      "ada@example.com, eve@example.com",
      "Ada <ada@example.com>",
      "ada@exam\u0440le.com",
      "ada@\u212Aample.com",
      ".ada@example.com",
      "ada..b@example.com",
      "ada@-example.com",
      "ada@example.com\r\nBcc: eve@example.com",
      "ada@[127.0.0.1]",
      `${"a".repeat(65)}@example.com`,
      `a@${"b".repeat(MAX_MAIL_ADDRESS_LENGTH)}.com`,
    ]) {
      assert.ok(!isMailAddress(bad), bad);
    }
  });

  it("answer fast, whatever is asked", () => {
    const startedAt = performance.now();
    for (const text of [
      "a.".repeat(127),
      `a@${"a-".repeat(126)}`,
      `a@${"a.".repeat(126)}`,
      `${"a".repeat(100_000)}@`,
    ]) {
      assert.ok(!isMailAddress(text));
    }
    assert.ok(performance.now() - startedAt < 200);
  });

  it("are the same in any case, and can be hinted at", () => {
    assert.equal(mailAddressKey("Ada@Example.COM"), "ada@example.com");
    assert.equal(maskedAddress("alice@example.com"), "a***e@example.com");
    assert.equal(maskedAddress("al@example.com"), "a***@example.com");
    assert.equal(maskedAddress("a@example.com"), "a***@example.com");
  });
});
