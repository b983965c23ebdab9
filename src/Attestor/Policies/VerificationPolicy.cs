using Provenance.Attestor.Verifying;

namespace Provenance.Attestor.Policies;

/// <summary>A policy read from a file, <c>provenance.dev/v1alpha1</c>, <c>VerificationPolicy</c>. Exists only where the whole file is valid.</summary>
public sealed class VerificationPolicy : IPolicy
{
    private readonly IReadOnlyList<Glob> images;
    private readonly IReadOnlyList<Glob> excluded;

    internal VerificationPolicy(string name, PolicyMode mode, IReadOnlyList<Glob> images, IReadOnlyList<Glob> excluded, IReadOnlyList<Requirement> requirements)
    {
        Name = name;
        Mode = mode;
        this.images = images;
        this.excluded = excluded;
        Requirements = requirements;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public PolicyMode Mode { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Requirement> Requirements { get; }

    /// <inheritdoc/>
    public bool Covers(string? artifactName)
    {
        if (artifactName is null)
        {
            return false;
        }

        string name = Normalize(artifactName);
        return images.Any(glob => glob.IsMatch(name)) && !excluded.Any(glob => glob.IsMatch(name));
    }

    // Another spelling of the registry's host must not escape the policies for it.
    private static string Normalize(string name)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return name;
        }

        string host = name[..slash].ToLowerInvariant();
        host = host.EndsWith(":443", StringComparison.Ordinal) ? host[..^4] : host;
        return host.TrimEnd('.') + name[slash..];
    }
}
