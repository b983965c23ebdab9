using System.Text.RegularExpressions;

namespace Provenance.ArtifactStore.Caches;

/// <summary>The names of the tables that hold the keys of caches. An entry's value is the text of a digest.</summary>
internal static partial class CacheTable
{
    private const string Actions = "ac";

    /// <summary>The results of actions, of one instance where the client names one: <c>ac</c> or <c>ac/instance</c>.</summary>
    public static string OfActions(string? instance) => instance is null ? Actions : $"{Actions}/{instance}";

    /// <summary>The entries of a namespace: <c>cache/namespace</c>.</summary>
    public static string Of(string space) => $"cache/{space}";

    /// <summary>Whether a text can be the name of a namespace or an instance: a letter or digit, then at most 63 letters, digits and <c>._-</c>.</summary>
    public static bool IsName(string text) => Name().IsMatch(text);

    /// <summary>Whether a text can be the name of a namespace. That of the results of actions is taken: rights are given by these names.</summary>
    public static bool IsSpace(string text) => IsName(text) && text != Actions;

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z")]
    private static partial Regex Name();
}
