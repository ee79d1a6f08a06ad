// What this module's declarations speak of, so that a program needs no other import to name it: batches, columns and types;
// times; the loop of a client that outlives a scope; what preparing a statement gives.
@_exported public import ArrowIPC
@_exported public import class AsyncIO.EventLoop
@_exported public import struct FlightSQL.PreparedStatement
@_exported public import UTCTime
