// The contract of comparing variants.
export { type CompareResult, compareSlices, compareVariants, type RanVariant } from './compare.ts';
export { differenceText } from './positions.ts';
export { comparisonText, differs } from './text.ts';
export type {
  ComparedDivergence,
  ComparedFrame,
  ComparedLine,
  ComparedMoment,
  ComparedPair,
  ComparedSide,
  ComparedVariant,
  Comparison,
  EndRow,
  FactRow,
} from './types.ts';
export { readOperands, type Variant, type VariantsResult } from './variants.ts';
export { type CompareSideView, type CompareView, compareView } from './view.ts';
