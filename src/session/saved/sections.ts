// What a session file holds beside the scenario, its kernels and the screen, in the order in which it is read: later sections
// may count on what earlier ones have put into the session. Something new to keep is a section more.
import { answerSection, sinceSection } from './answers.ts';
import { branchesSection } from './branches.ts';
import { displaysSection } from './displays.ts';
import { checkpointsSection, historySection, marksSection, standsSection, tourSection } from './places.ts';
import { pointsSection } from './points.ts';
import type { Section } from './section.ts';
import { settingsSection, valuesSection } from './settings.ts';

/** All sections; a session file without one of them that it does not need has nothing to say there. */
export const SECTIONS: readonly Section[] = [
  branchesSection,
  standsSection,
  valuesSection,
  settingsSection,
  pointsSection,
  displaysSection,
  checkpointsSection,
  marksSection,
  historySection,
  tourSection,
  answerSection,
  sinceSection,
];

/** Sections that every session file has. */
export const NEEDED: ReadonlySet<string> = new Set([branchesSection.key, standsSection.key]);
