namespace Provenance.Attestor.Tuf;

/// <summary>How a role of a repository stands.</summary>
/// <param name="Name">The role: root, timestamp, snapshot or targets.</param>
/// <param name="Version">The version that is trusted.</param>
/// <param name="Before">The version that was cached; null where none was.</param>
/// <param name="Expires">From when on it must not be trusted.</param>
public sealed record RoleState(string Name, long Version, long? Before, DateTimeOffset Expires);
