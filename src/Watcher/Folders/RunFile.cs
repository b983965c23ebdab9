namespace Provenance.Watcher.Folders;

/// <summary>A file of a run folder in the state in which it was found.</summary>
/// <param name="Path">The full path.</param>
/// <param name="Name">The path within the folder, for people.</param>
/// <param name="Size">The size in bytes.</param>
/// <param name="ModifiedTicks">When it was last written, in UTC ticks.</param>
public sealed record RunFile(string Path, string Name, long Size, long ModifiedTicks);
