// Console text as lines without what consoles, printk and dmesg put before them. Knows nothing of what lines say.

import { stripVTControlCharacters } from 'node:util';

/** What may stand before the text of a kernel line; each is taken off once, in this order. */
const PREFIXES: readonly RegExp[] = [
  // journalctl, syslog: `Nov 21 13:02:49 host kernel: `, or with an ISO date
  /^(?:[A-Z][a-z]{2} [ \d]\d [\d:]{8}|\d{4}-\d\d-\d\dT[\d:.,]+(?:Z|[+-]\d\d:?\d\d)) \S+ kernel: /,
  // dmesg -r, and /dev/kmsg's level
  /^<\d+>/,
  // dmesg -x: `kern  :info  : `
  /^(?:kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|res\d|local\d) *: *(?:emerg|alert|crit|err|warn|notice|info|debug) *: /,
  // dmesg --time-format iso
  /^\d{4}-\d\d-\d\dT[\d:.,]+(?:Z|[+-]\d\d:?\d\d) /,
  // dmesg -T, dmesg -H
  /^\[[A-Z][a-z]{2} ?[A-Z]?[a-z]{0,2} ?[ \d]\d [\d:]{5,8}(?: \d{4})?\] ?/,
  /^\[ *\+ *\d+\.\d+\] ?/,
];

/** printk's time stamp, and the caller behind it; firmware's last line may stand before it. */
const STAMP = /^[^[\]]{0,200}\[ *\d+\.\d{6}\](?:\[ *[CT]\d+\])? ?/;

/** The texts of a console log's lines: no escapes, time stamps, levels, carriage returns or outer blanks. */
export function consoleLines(text: string): string[] {
  return text.split('\n').map((raw) => {
    let line = stripVTControlCharacters(raw);
    for (const prefix of PREFIXES) line = line.replace(prefix, '');
    return line.replace(STAMP, '').trim();
  });
}
