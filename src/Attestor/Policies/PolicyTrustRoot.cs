using Provenance.ArtifactStore.Configuring;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Policies;

/// <summary>Reads a trusted root that a policy names, a file beside it.</summary>
internal static class PolicyTrustRoot
{
    /// <summary>The trusted root; null, with a problem, where it cannot be used.</summary>
    public static TrustedRoot? Read(YamlNode node, string path, YamlProblems problems)
    {
        try
        {
            using var stream = File.OpenRead(path);
            byte[] content = new byte[Math.Min(stream.Length, TrustedRoot.MaximumSize + 1)];
            stream.ReadExactly(content);
            return TrustedRoot.Parse(content);
        }
        catch (Exception e) when (e is TrustedRootException or IOException or UnauthorizedAccessException)
        {
            problems.Add(node, $"the trusted root cannot be used: {e.Message}");
            return null;
        }
    }
}
