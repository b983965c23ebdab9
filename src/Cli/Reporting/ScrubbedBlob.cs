namespace Provenance.Cli.Reporting;

/// <summary>A blob that was found corrupt.</summary>
/// <param name="Digest">Its name.</param>
/// <param name="Healed">Whether it was brought anew from an upstream.</param>
internal sealed record ScrubbedBlob(string Digest, bool Healed);
