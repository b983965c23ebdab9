using System.Text.RegularExpressions;

namespace Provenance.EndToEnd.Tests.Structure;

/// <summary>A file of C#, read as text; the formatting that the build enforces puts top-level declarations at the start of a line.</summary>
internal sealed partial record SourceFile(ProductProject Project, string Path)
{
    private string? text;

    public string Text => text ??= File.ReadAllText(System.IO.Path.Combine(Project.Folder, Path));

    /// <summary>The namespace that the folder stands for.</summary>
    public string FolderNamespace => string.Join('.', ["Provenance", Project.Name, .. Path.Split('/')[..^1]]);

    /// <summary>The declared namespace; null where there is none.</summary>
    public string? Namespace => NamespaceDeclaration().Match(Text) is { Success: true } match ? match.Groups[1].Value : null;

    public IReadOnlyList<string> Usings => [.. UsingDirective().Matches(Text).Select(static m => m.Groups[1].Value)];

    public IReadOnlyList<DeclaredType> Types => [.. TypeDeclaration().Matches(Text).Select(m =>
        new DeclaredType(m.Groups["name"].Value, m.Groups["access"].Value == "public", m.Groups["docs"].Value.Contains("/// <", StringComparison.Ordinal)))];

    public override string ToString() => $"src/{Project.Name}/{Path}";

    [GeneratedRegex(@"^namespace ([\w.]+);$", RegexOptions.Multiline)]
    private static partial Regex NamespaceDeclaration();

    [GeneratedRegex(@"^using (?:static )?(?:\w+ = )?(Provenance\.[\w.]+);$", RegexOptions.Multiline)]
    private static partial Regex UsingDirective();

    [GeneratedRegex(@"(?<docs>(?:^///.*\n|^\[.*\]\n)*)^(?<access>public|internal|file) (?:(?:static|sealed|abstract|partial|readonly|ref) )*(?:class|record struct|record|struct|interface|enum|delegate [\w<>\[\]?]+) (?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TypeDeclaration();

    internal sealed record DeclaredType(string Name, bool IsPublic, bool IsDocumented);
}
