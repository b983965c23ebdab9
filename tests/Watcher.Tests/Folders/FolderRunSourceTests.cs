using Provenance.Testing;
using Provenance.Watcher.Documents;
using Provenance.Watcher.Folders;

namespace Provenance.Watcher.Tests.Folders;

public sealed class FolderRunSourceTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Look_finds_run_files_in_all_folders_by_name()
    {
        Directory.CreateDirectory(folder["team/a"]);
        Directory.CreateDirectory(folder[".git"]);
        foreach (string name in (string[])["b.yaml", "a.YML", "team/a/c.json", "notes.txt", ".hidden.yaml", ".git/config.yaml", "json", "archive.json.gz"])
        {
            File.WriteAllText(folder[name], "kind: TaskRun");
        }

        new FolderRunSource(folder.Path).Look().Select(static f => f.Name).Should().Equal("a.YML", "b.yaml", "team/a/c.json");
    }

    [Fact]
    public void Look_names_a_file_again_only_when_it_changed()
    {
        File.WriteAllText(folder["a.yaml"], "kind: TaskRun");
        File.WriteAllText(folder["b.yaml"], "kind: TaskRun");
        var source = new FolderRunSource(folder.Path);
        source.Look().Should().HaveCount(2);
        source.Look().Should().BeEmpty();
        File.AppendAllText(folder["a.yaml"], "\n");
        source.Look().Select(static f => f.Name).Should().Equal("a.yaml");
        File.SetLastWriteTimeUtc(folder["b.yaml"], new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        source.Look().Select(static f => f.Name).Should().Equal("b.yaml");
        source.Look().Should().BeEmpty();
    }

    [Fact]
    public void Look_finds_a_file_that_was_renamed_into_the_folder_with_an_old_time()
    {
        var source = new FolderRunSource(folder.Path);
        File.WriteAllText(folder["part.tmp"], "kind: TaskRun");
        File.SetLastWriteTimeUtc(folder["part.tmp"], new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        source.Look().Should().BeEmpty();
        File.Move(folder["part.tmp"], folder["whole.yaml"]);
        source.Look().Should().ContainSingle();
    }

    [Fact]
    public void Look_names_a_forgotten_file_again()
    {
        File.WriteAllText(folder["a.yaml"], "kind: TaskRun");
        var source = new FolderRunSource(folder.Path);
        source.Forget(source.Look().Single());
        source.Look().Should().ContainSingle();
    }

    [Fact]
    public void Look_does_not_follow_folders_that_lead_in_a_circle()
    {
        Directory.CreateDirectory(folder["sub"]);
        File.WriteAllText(folder["sub/a.yaml"], "kind: TaskRun");
        Directory.CreateSymbolicLink(folder["sub/again"], folder.Path);
        new FolderRunSource(folder.Path).Look().Count.Should().BeLessThan(20);
    }

    [Fact]
    public async Task Read_says_which_file_is_gone()
    {
        await File.WriteAllTextAsync(folder["a.yaml"], "kind: TaskRun");
        var file = new FolderRunSource(folder.Path).Look().Single();
        File.Delete(folder["a.yaml"]);
        var read = () => FolderRunSource.ReadAsync(file, CancellationToken.None);
        (await read.Should().ThrowAsync<DocumentException>()).WithMessage("a.yaml cannot be read: *");
    }

    [Fact]
    public async Task Read_names_the_documents_after_the_file()
    {
        await File.WriteAllTextAsync(folder["a.yaml"], "kind: TaskRun\n---\nkind: PipelineRun\n");
        using var documents = await FolderRunSource.ReadAsync(new FolderRunSource(folder.Path).Look().Single(), CancellationToken.None);
        documents.Select(static d => $"{d.Source} {d.Kind}").Should().Equal("a.yaml#1 TaskRun", "a.yaml#2 PipelineRun");
    }
}
