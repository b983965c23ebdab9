using Provenance.ArtifactStore.Access;
using Provenance.ArtifactStore.Configuring;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Upstreams;

/// <summary>The entries of <c>upstreams</c> in a store's configuration file.</summary>
public static class UpstreamSection
{
    /// <summary>Reads one entry; null, with problems, where it is incomplete.</summary>
    public static Upstream? Read(YamlNode node, string path, YamlProblems problems)
    {
        var fields = new YamlFields(node, path, problems);
        var defaults = new Upstream { Repositories = [], Registry = "" };
        List<NamePattern> patterns = [];
        foreach (var (item, text) in fields.GetTexts("repositories"))
        {
            if (NamePattern.TryParsePath(text, out var pattern))
            {
                patterns.Add(pattern);
            }
            else
            {
                problems.Add(item, $"{fields.PathOf("repositories")}: \"{text}\" is no pattern of repositories, such as mirror/docker/**.");
            }
        }

        string? registry = ReadRegistry(fields);
        var (local, remote) = (ReadPrefix(fields, "prefix"), ReadPrefix(fields, "remotePrefix"));
        var upstream = new Upstream
        {
            Repositories = patterns,
            Registry = registry ?? "",
            LocalPrefix = local ?? CommonPrefix(patterns),
            RemotePrefix = remote ?? "",
            Lifetime = fields.FindTime("ttl", defaults.Lifetime, TimeSpan.Zero, TimeSpan.FromDays(365)),
            PlainHttp = fields.FindFlag("plainHttp", defaults.PlainHttp),
        };
        fields.Finish();
        return registry is null || patterns.Count is 0 ? null : upstream;
    }

    // Of mirror/docker/** the rest is what the registry knows; of a list, what all have in common.
    private static string CommonPrefix(List<NamePattern> patterns)
    {
        var prefixes = patterns.ConvertAll(static pattern => pattern.Text.EndsWith("/**", StringComparison.Ordinal) ? pattern.Text[..^2] : "");
        return prefixes.Distinct(StringComparer.Ordinal).Count() is 1 && !prefixes[0].Contains('*', StringComparison.Ordinal) ? prefixes[0] : "";
    }

    private static string? ReadRegistry(YamlFields fields)
    {
        if (fields.Get("registry") is not { } node)
        {
            return null;
        }

        if (node is YamlScalar { Value: var text } && Reference.TryParse($"{text}/name", out var reference) && reference.Registry == text)
        {
            return text;
        }

        fields.Problems.Add(node, $"{fields.PathOf("registry")} must be a registry, host[:port], such as registry.example.com.");
        return null;
    }

    private static string? ReadPrefix(YamlFields fields, string name)
    {
        if (fields.Find(name) is not { } node)
        {
            return null;
        }

        if (node is YamlScalar { Value: var text } && (text.Length is 0 || (text.EndsWith('/') && RepositoryName.IsValid(text[..^1]))))
        {
            return text;
        }

        fields.Problems.Add(node, $"{fields.PathOf(name)} must be the beginning of repository names with a slash at its end, such as mirror/docker/.");
        return null;
    }
}
