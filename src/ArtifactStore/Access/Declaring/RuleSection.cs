using Provenance.ArtifactStore.Configuring;
using Provenance.ArtifactStore.Registries;

namespace Provenance.ArtifactStore.Access.Declaring;

/// <summary>Reads a rule of <c>access.rules</c>.</summary>
internal sealed class RuleSection(YamlProblems problems, IReadOnlyList<string> issuers, IReadOnlyDictionary<string, IReadOnlyList<string>> groups)
{
    /// <summary>Reads one rule.</summary>
    public AccessRule Read(YamlNode node, string path)
    {
        var fields = new YamlFields(node, path, problems);
        var rule = new AccessRule
        {
            Subjects = [.. fields.GetItems("subjects").Select(subject => ReadSubject(subject, fields.PathOf("subjects[]"))).OfType<SubjectMatch>()],
            Rights = [.. fields.GetTexts("rights").Select(ReadRight)],
            Repositories = Patterns(fields, "repositories", static text => RepositoryName.IsValid(text)),
            Caches = Patterns(fields, "caches", static text => !text.Contains('/', StringComparison.Ordinal)),
            ContentStore = fields.FindFlag("contentStore", otherwise: false),
        };
        fields.Finish();
        if (rule is { Repositories.Count: 0, Caches.Count: 0, ContentStore: false })
        {
            problems.Add(node, $"{path} is about nothing. Add repositories, caches or contentStore: true.");
        }

        return rule;
    }

    private AccessAction ReadRight((YamlNode Node, string Text) right)
    {
        switch (right.Text)
        {
            case "read":
                return AccessAction.Read;
            case "write":
                return AccessAction.Write;
            case "delete":
                return AccessAction.Delete;
            case "setKey":
                return AccessAction.SetKey;
            default:
                problems.Add(right.Node, $"{right.Text} is no right; there are read, write, delete and setKey.");
                return AccessAction.Read;
        }
    }

    private List<NamePattern> Patterns(YamlFields fields, string name, Func<string, bool> isValid)
    {
        var patterns = new List<NamePattern>();
        foreach (var (node, text) in fields.FindTexts(name))
        {
            // With a letter for each star it must be a name that can exist; else the rule would silently be about nothing.
            string example = text.EndsWith("**", StringComparison.Ordinal) ? text[..^2] + "x" : text;
            if (NamePattern.TryParsePath(text, out var pattern) && isValid(example.Replace('*', 'x')))
            {
                patterns.Add(pattern);
            }
            else
            {
                problems.Add(node, $"{fields.PathOf(name)}: {text} covers no name that can exist. Write whole segments, such as team-a/app, team-a/* or team-a/**.");
            }
        }

        return patterns;
    }

    private SubjectMatch? ReadSubject(YamlNode node, string path)
    {
        var fields = new YamlFields(node, path, problems);
        string? issuer = fields.FindText("issuer");
        string? user = fields.FindText("user");
        string? group = fields.FindText("group");
        string? subject = fields.FindText("subject");
        string? serviceAccount = fields.FindText("serviceAccount");
        string? certificate = fields.FindText("certificate");
        bool everyone = fields.FindFlag("everyone", otherwise: false);
        bool authenticated = fields.FindFlag("authenticated", otherwise: false);
        fields.Finish();
        if (issuer is not null && !issuers.Contains(issuer, StringComparer.Ordinal))
        {
            problems.Add(node, $"{path}: there is no issuer {issuer}.");
            return null;
        }

        var match = (user, group, subject, serviceAccount, certificate, everyone, authenticated, issuer) switch
        {
            ({ } name, null, null, null, null, false, false, null) => SubjectMatch.User(name),
            (null, { } name, null, null, null, false, false, null) => UserGroup(node, path, name),
            (null, { } name, null, null, null, false, false, { } by) => SubjectMatch.TokenGroup(by, name),
            (null, null, { } pattern, null, null, false, false, { } by) => Named(node, path, pattern, p => SubjectMatch.TokenSubject(by, p)),
            (null, null, null, { } account, null, false, false, { } by) => ServiceAccount(node, path, account, by),
            (null, null, null, null, { } pattern, false, false, null) => Named(node, path, pattern, SubjectMatch.Certificate),
            (null, null, null, null, null, true, false, null) => SubjectMatch.Everyone,
            (null, null, null, null, null, false, true, null) => SubjectMatch.Authenticated,
            _ => null,
        };
        if (match is null)
        {
            problems.Add(node, $"{path} must be exactly one of: user; group; issuer with subject, serviceAccount or group; certificate; everyone: true; authenticated: true.");
        }

        return match;
    }

    private SubjectMatch UserGroup(YamlNode node, string path, string name)
    {
        if (!groups.ContainsKey(name))
        {
            problems.Add(node, $"{path}: there is no group {name} among htpasswd.groups. A group that an issuer vouches for needs issuer beside it.");
        }

        return SubjectMatch.UserGroup(name);
    }

    private SubjectMatch ServiceAccount(YamlNode node, string path, string account, string issuer)
    {
        if (account.Split('/') is not [{ Length: > 0 } space, { Length: > 0 } name] || account.Contains(':', StringComparison.Ordinal))
        {
            problems.Add(node, $"{path}.serviceAccount must be namespace/name; either may have a *.");
            return SubjectMatch.User("");
        }

        return Named(node, path, $"system:serviceaccount:{space}:{name}", p => SubjectMatch.TokenSubject(issuer, p));
    }

    private SubjectMatch Named(YamlNode node, string path, string text, Func<NamePattern, SubjectMatch> match)
    {
        if (NamePattern.TryParseSubject(text, out var pattern))
        {
            return match(pattern);
        }

        problems.Add(node, $"{path}: {text} is no pattern; a * stands for characters other than / and :, and ** is not for subjects.");
        return SubjectMatch.User("");
    }
}
