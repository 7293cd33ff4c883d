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
  type History,
  handedOver,
  type Kernel,
  kernelIntrinsics,
  namesOf,
} from './environment.ts';
export { handoverPages } from './handover.ts';
export * from './kho-abi.ts';
export { applyKernelPatch, type Files, type Patched, type PatchOptions } from './patch.ts';
export { printf } from './printf.ts';
export {
  type Conflict,
  KERNELS,
  type KernelName,
  kconfigConflicts,
  kernelProfile,
  PROFILES,
  type Profile,
} from './profiles.ts';
export {
  type DeclaredTypes,
  declaredParameters,
  declaredTypes,
  kernelText,
  patchBefore,
  patchedNames,
  patchProfiles,
  profilePatches,
  shippedPatch,
  shippedPatches,
  TEXT_FILES,
} from './text.ts';
export { type Patch, profilesWith, profileText, variantText } from './variant.ts';
