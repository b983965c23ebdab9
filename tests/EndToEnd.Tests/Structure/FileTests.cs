using Provenance.Testing;

namespace Provenance.EndToEnd.Tests.Structure;

/// <summary>Where things stand and what they are called.</summary>
public sealed class FileTests
{
    private static readonly string[] EmptyWords = ["Helper", "Helpers", "Manager", "Utils", "Util", "Utilities", "Common"];
    private static readonly string[] RootNames = ["Provenance", "Attestor", "ArtifactStore", "Watcher"];

    private static readonly List<SourceFile> Files = [.. ProductProject.Chain.SelectMany(static p => p.SourceFiles())];

    [Fact]
    public void The_namespace_of_every_file_is_its_folder()
    {
        Files.Count.Should().BeGreaterThan(150);
        Files.Where(static f => f.Types.Count > 0).Where(static f => f.Namespace != f.FolderNamespace)
            .Select(static f => $"{f}: {f.Namespace ?? "no namespace"}").Should().BeEmpty();
    }

    [Fact]
    public void The_text_of_the_sources_names_every_public_type_that_was_compiled() =>
        Files.SelectMany(static f => f.Types.Where(static t => t.IsPublic).Select(t => $"{f.Namespace}.{t.Name}"))
            .Should().BeEquivalentTo(
                ProductProject.Chain.SelectMany(static p => p.Assembly.GetExportedTypes()).Where(static t => !t.IsNested && t.Namespace is not null).Select(static t => $"{t.Namespace}.{t.Name.Split('`')[0]}"),
                "the other tests of this folder read the sources");

    [Fact]
    public void A_public_type_stands_in_a_file_of_its_own_name()
    {
        foreach (var file in Files.Where(static f => f.Types.Count > 0))
        {
            string name = Path.GetFileNameWithoutExtension(file.Path);
            file.Types.Should().Contain(t => t.Name == name, "that is what {0} is called", file);
            file.Types.Where(t => t.IsPublic && t.Name != name).Select(static t => t.Name).Should().BeEmpty("{0} is called otherwise", file);
        }
    }

    [Fact]
    public void Every_public_type_says_what_it_is() =>
        Files.SelectMany(static f => f.Types.Where(static t => t.IsPublic && !t.IsDocumented).Select(t => $"{f}: {t.Name}")).Should().BeEmpty();

    [Fact]
    public void No_type_hides_a_root_namespace() =>
        Files.SelectMany(static f => f.Types.Select(static t => t.Name)).Should().NotContain(RootNames);

    [Fact]
    public void No_type_and_no_folder_has_a_name_that_says_nothing()
    {
        var names = Files.SelectMany(static f => f.Types.Select(static t => t.Name).Concat(f.Path.Split('/')[..^1])).ToHashSet(StringComparer.Ordinal);
        names.Where(static n => EmptyWords.Any(w => n.EndsWith(w, StringComparison.Ordinal))).Should().BeEmpty();
    }

    [Fact]
    public void No_folder_has_the_name_of_a_type_in_it()
    {
        foreach (var project in ProductProject.Chain)
        {
            var folders = project.SourceFiles().SelectMany(static f => f.Path.Split('/')[..^1]).ToHashSet(StringComparer.Ordinal);
            project.SourceFiles().SelectMany(static f => f.Types).Select(static t => t.Name).Where(folders.Contains).Should().BeEmpty();
        }
    }

    [Fact]
    public void No_file_needs_a_table_of_contents() =>
        Files.Where(static f => f.Text.Count(static c => c is '\n') > 320).Select(static f => f.ToString()).Should().BeEmpty();

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string solution = File.ReadAllText(Repository.PathOf("Provenance.sln"));
        foreach (var project in ProductProject.Chain)
        {
            solution.Replace('\\', '/').Should().Contain($"src/{project.Name}/Provenance.{project.Name}.csproj");
        }
    }
}
