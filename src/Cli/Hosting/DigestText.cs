using Provenance.Attestor.Statements;

namespace Provenance.Cli.Hosting;

/// <summary>Digests as people type them.</summary>
internal static class DigestText
{
    /// <summary>Whether the text is <c>algorithm:hex</c> of an algorithm that statements use.</summary>
    public static bool IsValid(string text)
    {
        string[] parts = text.Split(':', 2);
        return parts.Length is 2 && DigestSet.TryCreate([new(parts[0], parts[1])], out _, out _);
    }
}
