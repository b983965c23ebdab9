namespace Provenance.ArtifactStore.Access;

/// <summary>Rules that need no configuration file.</summary>
public static class AccessRules
{
    private static readonly NamePattern All = NamePattern.TryParsePath("**", out var all) ? all : throw new InvalidOperationException();

    /// <summary>What everybody may do who is not known: <c>none</c>, <c>read</c>, or <c>write</c>, which includes setting cache keys.</summary>
    public static IReadOnlyList<AccessRule> ForEveryone(string word) => word switch
    {
        "read" => [On(SubjectMatch.Everyone, AccessAction.Read)],
        "write" => [On(SubjectMatch.Everyone, AccessAction.Read, AccessAction.Write, AccessAction.SetKey)],
        _ => [],
    };

    /// <summary>Everybody who is known may do everything: where users are given and no rules.</summary>
    public static AccessRule AllForAuthenticated { get; } = On(SubjectMatch.Authenticated, AccessAction.Read, AccessAction.Write, AccessAction.Delete, AccessAction.SetKey);

    /// <summary>How to ask for credentials: where something is for everybody, so that clients without any get at it.</summary>
    public static ChallengeKind ChallengeFor(IReadOnlyList<AccessRule> rules) =>
        rules.Any(static rule => rule.Subjects.Contains(SubjectMatch.Everyone)) ? ChallengeKind.Bearer : ChallengeKind.Basic;

    private static AccessRule On(SubjectMatch subject, params AccessAction[] rights) =>
        new() { Subjects = [subject], Rights = rights, Repositories = [All], Caches = [All], ContentStore = true };
}
