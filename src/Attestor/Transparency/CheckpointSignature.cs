namespace Provenance.Attestor.Transparency;

/// <summary>A signature line of a signed note.</summary>
/// <param name="Name">Who is said to have signed.</param>
/// <param name="KeyHint">The first four bytes, which narrow the key down.</param>
/// <param name="Value">The signature.</param>
internal sealed record CheckpointSignature(string Name, ReadOnlyMemory<byte> KeyHint, ReadOnlyMemory<byte> Value);
