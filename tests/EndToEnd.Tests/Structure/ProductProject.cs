using System.Reflection;
using Provenance.Testing;

namespace Provenance.EndToEnd.Tests.Structure;

/// <summary>One of the projects under src/ that make up the executable.</summary>
internal sealed record ProductProject(string Name, Assembly Assembly)
{
    /// <summary>From the top of the chain to its end: each may know those after it.</summary>
    public static IReadOnlyList<ProductProject> Chain { get; } =
    [
        new("Cli", Assembly.Load("provenance")),
        new("Watcher", typeof(Watcher.WatcherServices).Assembly),
        new("Attestor", typeof(Attestor.AttestorServices).Assembly),
        new("ArtifactStore", typeof(ArtifactStore.Digests.Digest).Assembly),
    ];

    public string Folder => Repository.PathOf("src", Name);

    public string ProjectFile => Path.Combine(Folder, $"Provenance.{Name}.csproj");

    public IEnumerable<SourceFile> SourceFiles() => Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
        .Select(path => new SourceFile(this, Path.GetRelativePath(Folder, path)))
        .Where(static file => !file.Path.StartsWith("bin/", StringComparison.Ordinal) && !file.Path.StartsWith("obj/", StringComparison.Ordinal))
        .OrderBy(static file => file.Path, StringComparer.Ordinal);
}
