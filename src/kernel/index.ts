// The contract of the kernel layer.
export { ACTORS_FILE, type Actor, type Initcall } from './actors.ts';
export { constantsOf, variablesOf } from './constants.ts';
export { dumpPage, flagsText, rawWords } from './dump-page.ts';
export {
  type Built,
  baseProgram,
  buildKernel,
  debuggerIntrinsics,
  firstState,
  handoverTree,
  type Kernel,
  kernelIntrinsics,
  namesOf,
  type Patch,
} from './environment.ts';
export { applyKernelPatch, cutMail, type Files, type Patched } from './patch.ts';
export {
  KERNELS,
  kernelText,
  patchProfiles,
  profilePatches,
  shippedPatch,
  shippedPatches,
  TEXT_FILES,
} from './text.ts';
