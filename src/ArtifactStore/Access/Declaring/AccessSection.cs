using Provenance.ArtifactStore.Configuring;

namespace Provenance.ArtifactStore.Access.Declaring;

/// <summary>Reads the section <c>access</c> of a store's configuration file. What is wrong goes to the problems of the fields.</summary>
public static class AccessSection
{
    /// <summary>Reads the section.</summary>
    /// <param name="node">The section.</param>
    /// <param name="path">Where it stands in the file, such as <c>spec.access</c>.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    /// <param name="problems">Where what is wrong goes.</param>
    public static AccessOptions Read(YamlNode node, string path, string folder, YamlProblems problems)
    {
        var fields = new YamlFields(node, path, problems);
        string? passwords = null;
        var groups = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (fields.Find("htpasswd") is { } htpasswd)
        {
            var section = new YamlFields(htpasswd, fields.PathOf("htpasswd"), problems);
            passwords = section.GetText("file") is { } file ? Path.GetFullPath(file, folder) : null;
            ReadGroups(section, groups);
            section.Finish();
        }

        var issuers = new IssuerSection(problems, folder).Read(fields);
        var rules = new List<AccessRule>();
        var ruleSection = new RuleSection(problems, [.. issuers.Select(static i => i.Name)], groups);
        if (FindWord(fields, "anonymous", "none", "none", "read", "write") is { } anonymous)
        {
            rules.AddRange(AccessRules.ForEveryone(anonymous));
        }

        foreach (var rule in fields.FindItems("rules"))
        {
            rules.Add(ruleSection.Read(rule, fields.PathOf("rules[]")));
        }

        if (rules.Count is 0)
        {
            problems.Add(node, $"{path} allows nobody anything. Add {fields.PathOf("rules")} or {fields.PathOf("anonymous")}.");
        }

        string? challenge = FindWord(fields, "challenge", null, "basic", "bearer");
        var options = new AccessOptions
        {
            PasswordFile = passwords,
            UserGroups = groups,
            Issuers = issuers,
            ClientCertificates = true,
            Rules = rules,
            Challenge = challenge is null ? AccessRules.ChallengeFor(rules) : challenge is "basic" ? ChallengeKind.Basic : ChallengeKind.Bearer,
            PublicAddress = FindAddress(fields, "publicAddress"),
            TokenLifetime = TimeSpan.FromSeconds(fields.FindNumber("tokenSeconds", 300, 60, 3600)),
        };
        fields.Finish();
        return options;
    }

    private static void ReadGroups(YamlFields section, Dictionary<string, IReadOnlyList<string>> groups)
    {
        foreach (var item in section.FindItems("groups"))
        {
            var group = new YamlFields(item, section.PathOf("groups[]"), section.Problems);
            string? name = group.GetText("name");
            var users = group.GetTexts("users");
            group.Finish();
            if (name is not null && !groups.TryAdd(name, [.. users.Select(static u => u.Text)]))
            {
                section.Problems.Add(item, $"the group {name} stands here twice.");
            }
        }
    }

    private static string? FindWord(YamlFields fields, string name, string? otherwise, params string[] words)
    {
        if (fields.Find(name) is not { } node)
        {
            return otherwise;
        }

        if (node is YamlScalar { Value: var text } && words.Contains(text, StringComparer.Ordinal))
        {
            return text;
        }

        fields.Problems.Add(node, $"{fields.PathOf(name)} must be one of {string.Join(", ", words)}.");
        return otherwise;
    }

    private static Uri? FindAddress(YamlFields fields, string name)
    {
        if (fields.Find(name) is not { } node)
        {
            return null;
        }

        if (node is YamlScalar { Value: var text } && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri is { Scheme: "https" or "http", PathAndQuery: "/", UserInfo: "" })
        {
            return uri;
        }

        fields.Problems.Add(node, $"{fields.PathOf(name)} must be an address without a path, such as https://registry.example:5000.");
        return null;
    }
}
