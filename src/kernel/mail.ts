// Mails as they are saved, one or an mbox of several, to their text: headers off, quoted-printable and base64 decoded.
// What is no mail comes back as it is. Knows nothing of diffs.

/** Parts of parts that are looked into, and mails or parts that are read. */
const DEEPEST = 4;
const MOST_PARTS = 1000;

interface Part {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

const HEADER = /^[!-9;-~]+:(?: |\t|$)/;

/** Where the empty line stands that ends the headers. */
function endOfHead(text: string): number {
  const end = text.indexOf('\n\n');
  return end < 0 ? text.length : end;
}

/** Lines of headers, folded ones joined, and the text behind the empty line after them. */
function partOf(text: string): Part {
  const headers = new Map<string, string>();
  const end = endOfHead(text);
  let last = '';
  for (const line of text.slice(0, end).split('\n')) {
    const colon = line.indexOf(':');
    if (/^[ \t]/.test(line) && last !== '') headers.set(last, `${headers.get(last)} ${line.trim()}`);
    else if (HEADER.test(line)) {
      last = line.slice(0, colon).toLowerCase();
      headers.set(last, line.slice(colon + 1).trim());
    }
  }
  return { headers, body: text.slice(end + 2) };
}

function quotedPrintable(body: string): string {
  const bytes: number[] = [];
  const joined = body.replace(/=[ \t]*\n/g, '');
  const plain = new TextEncoder();
  for (const [whole, code] of joined.matchAll(/=([0-9A-Fa-f]{2})|[^=]+|=/g)) {
    if (code === undefined) for (const byte of plain.encode(whole)) bytes.push(byte);
    else bytes.push(Number.parseInt(code, 16));
  }
  return Buffer.from(bytes).toString('utf8');
}

/** The text of one part, of a multipart the parts that are text. */
function textOf({ headers, body }: Part, depth: number): string {
  const type = headers.get('content-type') ?? 'text/plain';
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (/^multipart\//i.test(type) && boundary !== undefined && depth < DEEPEST) {
    const parts = `\n${body}`.split(`\n--${boundary}`).slice(1, MOST_PARTS);
    return parts
      .filter((part) => !part.startsWith('--'))
      .map((part) => textOf(partOf(part.replace(/^[ \t]*\n/, '')), depth + 1))
      .join('\n');
  }
  if (!/^text\//i.test(type)) return '';
  const encoding = headers.get('content-transfer-encoding')?.toLowerCase();
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8');
  return encoding === 'quoted-printable' ? quotedPrintable(body) : body;
}

/** Does a text begin like a mail does: with headers that only mails have? */
const isMail = (text: string): boolean => {
  const head = text.slice(0, endOfHead(text)).split('\n');
  return (
    HEADER.test(head[0] ?? '') &&
    head.every((line) => HEADER.test(line) || /^[ \t]/.test(line)) &&
    head.some((line) => /^(from|subject|message-id|content-type|content-transfer-encoding):/i.test(line))
  );
};

const FROM_LINE = /^From \S+ .*\d{4}(?: [+-]\d{4})?\n(?=[!-9;-~]+: )/m;

/** The texts of the mails in a file, in order; line ends are \n. A file that is no mail is one text. */
export function mailTexts(file: string): string[] {
  const text = file.replace(/\r\n?/g, '\n').replace(/^\ufeff/, '');
  const mails: string[] = [];
  let rest = text;
  const first = FROM_LINE.exec(rest);
  if (first === null) return [isMail(rest) ? textOf(partOf(rest), 0) : rest];
  if (rest.slice(0, first.index).trim() !== '') mails.push(rest.slice(0, first.index));
  rest = rest.slice(first.index);
  while (rest !== '' && mails.length < MOST_PARTS) {
    const body = rest.slice(rest.indexOf('\n') + 1);
    const next = FROM_LINE.exec(body);
    const mail = next === null ? body : body.slice(0, next.index);
    mails.push(textOf(partOf(mail), 0));
    rest = next === null ? '' : body.slice(next.index);
  }
  return mails;
}
