// Without a frame sink the same rows come out as plain text: the way of tests and of screen readers.

import { render } from 'ink-testing-library';
import { expect, test } from 'vitest';
import { Screen } from '../../components/App.tsx';
import { initialUi } from '../../components/state.ts';
import { createTheme } from '../../components/theme.ts';
import { fakeView } from '../support/fake-view.ts';

test('the screen renders without a sink', () => {
  const theme = createTheme(0, false);
  const app = render(<Screen view={fakeView(17, 'fwd')} ui={initialUi(100, 30)} theme={theme} />);
  const frame = app.lastFrame() ?? '';
  for (const part of [
    '#9417 / 18432 (51.1%)',
    'Catchpoint 1 (uninit write)',
    'stack  T2',
    'spfn',
    '(khodbg)',
    ' help',
  ]) {
    expect(frame).toContain(part);
  }
  app.rerender(<Screen view={fakeView(18, 'fwd')} ui={initialUi(100, 30)} theme={theme} />);
  expect(app.lastFrame()).toContain('#9418');
  app.unmount();
});
