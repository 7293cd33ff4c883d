// `khodbg check` finds nothing wrong with the shipped scenarios: one half of them.
import { test } from 'vitest';
import { checkHalf } from '../support/check-shipped.ts';

test('khodbg check of one half of the shipped scenarios finds nothing wrong', { timeout: 120_000 }, () => checkHalf(0));
