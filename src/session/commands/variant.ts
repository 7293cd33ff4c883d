// Commands that boot another kernel: patches put on and taken off, another profile. What fails leaves everything as it was.
import { KERNELS, shippedPatches } from '../../kernel/index.ts';
import { didYouMean } from '../../vm/index.ts';
import { placeLines } from '../describe.ts';
import { type BootVariant, type LoadedBoot, lastBoot, warningsOf } from '../load.ts';
import { findPatch, variantName } from '../patch-files.ts';
import { Session } from '../session.ts';
import { noKernel } from '../source.ts';
import { findStanding, standingOf } from '../standing.ts';
import { type Command, type Output, type Running, refuse, say, usage } from './command.ts';
import { reboundPoints } from './rebind.ts';

const variantText = ({ kernel, patches }: BootVariant): string =>
  variantName(
    kernel,
    patches.map(({ name }) => name),
  );

/** The kernels of all boots and their patches, one line each. */
function variantLines(session: Session): string[] {
  const here = session.now().boot;
  return session.loaded.boots.map(
    ({ number, variant }) => `${number === here ? '*' : ' '} boot ${number}  ${variantText(variant)}`,
  );
}

/** `ARGS [boot N]`: what stands before, and the boot that is meant. */
function bootIn(session: Session, args: string): { readonly text: string; readonly boot: LoadedBoot } | string {
  const parsed = /^(.*?)(?:(?:^|\s+)boot\s+(\S+))?$/s.exec(args);
  const [, text = '', number] = parsed ?? [];
  const { boots } = session.loaded;
  const boot = number === undefined ? lastBoot(session.loaded) : boots.find((one) => String(one.number) === number);
  if (boot !== undefined) return { text: text.trim(), boot };
  return `no kernel runs in boot ${number}; kernels run in boot ${boots.map((one) => one.number).join(', ')}`;
}

/** Builds the kernel, and only when that has worked goes over to its history, as near as can be to where one stood. */
function* change(session: Session, boot: LoadedBoot, variant: BootVariant): Running {
  const result = session.loaded.reload({ [boot.number]: variant });
  if (!result.ok)
    return refuse(...result.errors, `Nothing is changed: boot ${boot.number} is ${variantText(boot.variant)}.`);
  const next = new Session(result.loaded, { budget: session.budget });
  const here = yield* standingOf(session);
  const arrival = here === null ? null : yield* findStanding(next, here);
  if (arrival === null) return refuse('Interrupted; nothing is changed.');
  const branches = session.time.branches.length > 1;
  const kept = session.state.checkpoints.length > 0;
  const head = `boot ${boot.number}: ${variantText(variant)}`;
  next.change((draft) => {
    draft.cursor = arrival.cursor;
    draft.stop = { kind: 'seek', lines: [head] };
  });
  const { points, lost } = reboundPoints(session, next);
  next.change((draft) => {
    draft.points = points;
  });
  session.become(next);
  const told = [
    ...warningsOf(result.loaded).map((text) => `warning: ${text}`),
    ...(arrival.why === null ? [] : [`Not the same place: ${arrival.why}.`]),
    ...(branches ? ['The choices of threads were of the other kernel; this is the default schedule.'] : []),
    ...(kept ? ['The checkpoints were of the other kernel, and are gone.'] : []),
    ...lost,
  ];
  return { ...say(head, ...told, ...placeLines(session, session.state.cursor)), told };
}

function add(session: Session, name: string, boot: LoadedBoot): Output | Running {
  const { kernel, patches } = boot.variant;
  const given = { name, folder: '' };
  const there = patches.findIndex((patch) => patch.name === name);
  if (there >= 0 && !name.includes('/')) return refuse(`${name} is in force in boot ${boot.number} already`);
  // a file that was edited is read anew, in its place
  const now = there < 0 ? [...patches, given] : patches.map((patch, i) => (i === there ? given : patch));
  return change(session, boot, { kernel, patches: now });
}

function drop(session: Session, name: string, boot: LoadedBoot): Output | Running {
  const { kernel, patches } = boot.variant;
  const found = findPatch(patches, name);
  if (found !== undefined)
    return change(session, boot, { kernel, patches: patches.filter((patch) => patch !== found) });
  const names = patches.map((patch) => patch.name);
  const hint = didYouMean(name, names, names.length === 0 ? '; it has none' : `; it has ${names.join(', ')}`);
  return refuse(`no patch '${name}' in boot ${boot.number}${hint}`);
}

const patchCommand: Command = {
  names: ['patch'],
  group: 'variants',
  usage: 'patch add FILE|NAME [boot N] | patch drop NAME [boot N]',
  help: 'puts a patch on the kernel text, or takes it off: a shipped one by name, or a file by a path with a /; boots again and goes where one stood',
  run(session, args) {
    const [word = '', ...rest] = args.split(/\s+/);
    const read = bootIn(session, rest.join(' '));
    if (word !== 'add' && word !== 'drop')
      return usage(patchCommand, word === '' ? 'add or drop is missing' : `'${word}' is neither add nor drop`);
    if (typeof read === 'string') return usage(patchCommand, read);
    if (read.text === '') return usage(patchCommand, 'a patch is missing');
    return (word === 'add' ? add : drop)(session, read.text, read.boot);
  },
  words: (session) => ['add', 'drop', ...shippedPatches(), ...session.loaded.boots.flatMap((boot) => boot.patches)],
};

const kernelCommand: Command = {
  names: ['kernel'],
  group: 'variants',
  usage: 'kernel [NAME] [boot N]',
  help: 'boots another kernel profile, patches kept, and goes where one stood; without a name says which run',
  run(session, args) {
    const read = bootIn(session, args);
    if (typeof read === 'string') return usage(kernelCommand, read);
    const { text: kernel, boot } = read;
    if (kernel === '') return say(...variantLines(session));
    if (!KERNELS.some((known) => known === kernel)) return usage(kernelCommand, noKernel(kernel));
    if (kernel === boot.variant.kernel) return refuse(`boot ${boot.number} runs ${kernel} already`);
    return change(session, boot, { ...boot.variant, kernel });
  },
  words: () => KERNELS,
};

/** The commands that change the kernel. */
export const variantCommands: readonly Command[] = [patchCommand, kernelCommand];
