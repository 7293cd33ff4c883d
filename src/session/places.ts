// Places in the text as users name them, in the kernels of a session: a name without `bootN:` before it means the place in
// every boot that has it. Knows nothing of what stops there.
import type { Place } from '../debugger/index.ts';
import type { Kernel } from '../kernel/index.ts';
import type { Session } from './session.ts';
import { type Read, readLocation } from './words.ts';

/** A place bound in the boots that have it; never empty. */
export type Places = ReadonlyMap<number, Place>;

/** Reads FUNCTION, FUNCTION:LINE, FILE:LINE, LINE or nothing (where one stands), with or without `bootN:`. */
export function readPlaces(session: Session, text: string): Read<Places> {
  const frame = session.frame();
  const here = frame === null ? null : session.place(frame);
  const only = /^\s*boot(\d+):(.*)$/s.exec(text);
  const words = only?.[2] ?? text;
  const boots = session.loaded.boots.filter((boot) => only === null || boot.number === Number(only[1]));
  const [none] = session.loaded.boots;
  if (boots.length === 0)
    return { ok: false, error: `no kernel runs in boot ${only?.[1]}; the first one is boot ${none?.number}` };
  const found = boots.map((boot) => ({ boot, read: readLocation(boot.kernel, words, here) }));
  const places = new Map(found.flatMap(({ boot, read }) => (read.ok ? [[boot.number, read.value]] : [])));
  const wrong = found.find(({ boot }) => boot.kernel === session.kernel) ?? found.at(-1);
  if (places.size > 0 || wrong === undefined || wrong.read.ok) return { ok: true, value: places };
  return wrong.read;
}

/** The place where one stands, or in the first boot that has it; with the kernel it is in. */
export function placeHere(session: Session, places: Places): { readonly place: Place; readonly kernel: Kernel } {
  const here = session.now().boot;
  const number = places.has(here) ? here : [...places.keys()][0];
  const boot = session.loaded.boots.find((one) => one.number === number);
  const place = number === undefined ? undefined : places.get(number);
  if (boot === undefined || place === undefined) throw new Error('a place is bound in a boot');
  return { place, kernel: boot.kernel };
}

/** File and line of a place. */
export function lineOf(kernel: Kernel, place: Place): { readonly file: string; readonly line: number } {
  const fn = kernel.linked.program.fns[place.fn];
  return { file: fn?.file ?? '', line: fn?.pos[place.pcs[0] ?? 0]?.[0] ?? 0 };
}
