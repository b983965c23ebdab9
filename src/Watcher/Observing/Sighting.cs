namespace Provenance.Watcher.Observing;

/// <summary>How an object was seen.</summary>
/// <param name="IsBacklog">Whether it was named by a list rather than changed while we watched.</param>
/// <param name="IsGone">Whether it is being deleted or gone.</param>
internal readonly record struct Sighting(bool IsBacklog, bool IsGone);
