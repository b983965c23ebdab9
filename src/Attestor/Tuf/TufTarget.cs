namespace Provenance.Attestor.Tuf;

/// <summary>A file that a repository offers, verified against its metadata.</summary>
/// <param name="Name">By what name the repository lists it.</param>
/// <param name="Content">Its bytes.</param>
/// <param name="IsNew">Whether these bytes were not in the cache before.</param>
public sealed record TufTarget(string Name, ReadOnlyMemory<byte> Content, bool IsNew);
