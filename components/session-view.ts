// The one place where the screen takes the session's types from. Knows nothing deeper than the session's views.

export type {
  CommandResult,
  FrameView,
  LocalView,
  LogLine,
  MemblockView,
  MemmapView,
  PageblockView,
  PositionView,
  SessionPort,
  SessionView,
  SourceLine,
  SourceView,
  StopView,
  ThreadView,
  TimelineMark,
  TimelineView,
  WatchView,
} from '../src/session/index.ts';
