using System.Diagnostics.CodeAnalysis;
using Provenance.Attestor.Statements;

namespace Provenance.Watcher.Runs.Tekton.Chains;

/// <summary>The names by which Chains guesses what a result is, and how it reads the values under them.</summary>
internal static class ChainsHints
{
    public const string ImageUrl = "IMAGE_URL";
    public const string ImageDigest = "IMAGE_DIGEST";
    public const string Images = "IMAGES";
    public const string GitUrl = "CHAINS-GIT_URL";
    public const string GitCommit = "CHAINS-GIT_COMMIT";

    private const string Outputs = "ARTIFACT_OUTPUTS";
    private const string Inputs = "ARTIFACT_INPUTS";
    private const int MaximumShown = 160;

    public static bool IsInput(ChainsResult result) => result.Name.EndsWith(Inputs, StringComparison.Ordinal);

    public static bool IsImage(ChainsResult result) =>
        result.Name is Images || result.Name.EndsWith(ImageUrl, StringComparison.Ordinal) || result.Name.EndsWith(ImageDigest, StringComparison.Ordinal);

    /// <summary>Whether an output is, or claims to be, a subject: flagged, or not even a map in which a flag could stand.</summary>
    public static bool IsBuildArtifact(ChainsResult result) =>
        result.Name.EndsWith(Outputs, StringComparison.Ordinal) && (!result.IsObject || result.Member("isBuildArtifact"u8) is "true");

    /// <summary>Checks the map that an output or input is: a URI and a digest of sha256, sha384, sha512 or sha1.</summary>
    public static bool TryReadArtifact(ChainsResult result, [NotNullWhen(true)] out DigestSet? digest, [NotNullWhen(false)] out string? problem)
    {
        digest = null;
        if (!result.IsObject)
        {
            problem = "it is no object result with uri and digest";
            return false;
        }

        if (result.Member("uri"u8).Length is 0)
        {
            problem = "it has no uri";
            return false;
        }

        string[] parts = result.Member("digest"u8).Split(':');
        if (parts.Length is not 2)
        {
            problem = $"its digest \"{Show(result.Member("digest"u8))}\" is no algorithm:hex";
            return false;
        }

        // Chains forgives white space and capitals before the colon, and writes the forgiven form for inputs.
        string algorithm = parts[0].Trim().ToLowerInvariant();
        return DigestSet.TryCreate([new(algorithm, parts[1].Trim())], out digest, out problem);
    }

    /// <summary>A tenant's text, fit to stand in a report.</summary>
    public static string Show(string text)
    {
        string shown = text.Length <= MaximumShown ? text : text[..MaximumShown] + "...";
        return string.Concat(shown.Select(static c => char.IsControl(c) ? ' ' : c));
    }
}
