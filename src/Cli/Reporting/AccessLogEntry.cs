namespace Provenance.Cli.Reporting;

/// <summary>What the access log says of an answer.</summary>
internal readonly record struct AccessLogEntry(
    DateTimeOffset Time, string Remote, string Identity, string Method, string Path, int Status, long Received, long Sent, TimeSpan Duration);
