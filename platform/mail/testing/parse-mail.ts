// Reads back a mail as nodemailer writes them, so that tests can compare what arrived.

/** Subject and the two bodies of a raw message (RFC 5322, multipart/alternative). Throws on any other. */
export function parseMail(raw: string): { subject: string; text: string; html: string } {
  const { headers, body } = split(raw);
  const boundary = /boundary="([^"]+)"/.exec(headers.get("content-type") ?? "")?.[1];
  if (boundary === undefined) throw new Error(`Not a multipart message: ${headers.get("content-type")}`);
  const parts = body
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => split(part.replace(/^\r\n/, "").replace(/\r\n$/, "")));
  const bodyOf = (type: string) => {
    const part = parts.find(({ headers: of }) => of.get("content-type")?.startsWith(type));
    if (part === undefined) throw new Error(`There is no ${type}.`);
    return decoded(part.body, part.headers.get("content-transfer-encoding"));
  };
  return { subject: words(headers.get("subject") ?? ""), text: bodyOf("text/plain"), html: bodyOf("text/html") };
}

function split(raw: string): { headers: Map<string, string>; body: string } {
  const end = raw.indexOf("\r\n\r\n");
  const lines = raw
    .slice(0, end)
    .replace(/\r\n[ \t]+/g, " ")
    .split("\r\n");
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
  );
  return { headers, body: raw.slice(end + 4) };
}

function decoded(body: string, encoding: string | undefined): string {
  if (encoding === "base64") return Buffer.from(body, "base64").toString("utf8");
  if (encoding !== "quoted-printable") return body;
  return quoted(body.replace(/=\r\n/g, ""));
}

function quoted(text: string): string {
  const latin = text.replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin, "latin1").toString("utf8");
}

/** Encoded words (RFC 2047). */
function words(value: string): string {
  return value
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?([qb])\?([^?]*)\?=/gi, (_, kind: string, text: string) =>
      kind.toLowerCase() === "b" ? Buffer.from(text, "base64").toString("utf8") : quoted(text.replaceAll("_", " ")),
    );
}
