// `khodbg check` finds nothing wrong with the shipped scenarios: the other half of them.
import { test } from 'vitest';
import { checkHalf } from '../support/check-shipped.ts';

test('khodbg check of the other half of the shipped scenarios finds nothing wrong', { timeout: 120_000 }, () =>
  checkHalf(1),
);
