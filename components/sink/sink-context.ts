// Hands the frame sink to the components below; null where there is none and rows become plain text.

import { createContext } from 'react';
import type { FrameSink } from './sink.ts';

/** The sink that bodies paint into, or null. */
export const SinkContext = createContext<FrameSink | null>(null);
