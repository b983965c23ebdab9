namespace Provenance.ArtifactStore.Access;

/// <summary>What a token of ours may be used for (distribution's "Token Scope Documentation"): its bearer's rights are cut down to it.</summary>
/// <param name="Repository">The repository; empty for the catalogue of all.</param>
/// <param name="Actions">What may be done.</param>
internal sealed record TokenScope(string Repository, IReadOnlyList<AccessAction> Actions)
{
    /// <summary>How many scopes a token may have.</summary>
    public const int MaximumCount = 32;

    private static readonly (string Word, AccessAction Action)[] Words = [("pull", AccessAction.Read), ("push", AccessAction.Write), ("delete", AccessAction.Delete)];

    /// <summary>The catalogue of all repositories.</summary>
    public static TokenScope Catalogue { get; } = new("", [AccessAction.Read]);

    /// <summary>Reads <c>repository:name:pull,push</c> or <c>registry:catalog:*</c>; null for whatever else there is.</summary>
    public static TokenScope? Parse(string text, Func<string, bool> isRepository)
    {
        // The name may hold a colon in theory (host:port/name); ours never does.
        return text.Split(':') switch
        {
            ["registry", "catalog", _] => Catalogue,
            ["repository", var name, var words] when isRepository(name) => new TokenScope(name, ActionsOf(words)),
            _ => null,
        };
    }

    /// <summary>The words for the actions, as a challenge names them.</summary>
    public static string WordsOf(AccessAction action) => action switch
    {
        AccessAction.Read => "pull",
        AccessAction.Delete => "delete",
        _ => "pull,push",
    };

    /// <inheritdoc/>
    public override string ToString() =>
        Repository.Length is 0 ? "registry:catalog:*" : $"repository:{Repository}:{string.Join(',', Words.Where(w => Actions.Contains(w.Action)).Select(static w => w.Word))}";

    private static List<AccessAction> ActionsOf(string words)
    {
        string[] wanted = words.Split(',');
        return [.. Words.Where(w => wanted.Contains(w.Word, StringComparer.Ordinal) || wanted.Contains("*", StringComparer.Ordinal)).Select(static w => w.Action)];
    }
}
