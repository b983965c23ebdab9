using Provenance.ArtifactStore.Folders;
using Provenance.Testing;

namespace Provenance.ArtifactStore.Tests.Folders;

public sealed class DataFolderTests : IDisposable
{
    private readonly TemporaryFolder temporary = new();

    [Fact]
    public void A_new_folder_says_which_format_it_has()
    {
        using (DataFolder.Open(temporary["data"]))
        {
        }

        File.ReadAllText(temporary["data/format"]).Should().Be("2\n");
    }

    [Theory]
    [InlineData("3")]
    [InlineData("")]
    [InlineData("one")]
    public void An_unknown_format_is_refused_and_nothing_is_touched(string format)
    {
        Directory.CreateDirectory(temporary["data"]);
        File.WriteAllText(temporary["data/format"], format);

        FluentActions.Invoking(() => DataFolder.Open(temporary["data"])).Should().Throw<DataFolderException>().WithMessage($"*{temporary["data"]}*format*");

        File.ReadAllText(temporary["data/format"]).Should().Be(format);
        Directory.Exists(temporary["data/blobs"]).Should().BeFalse();
    }

    [Fact]
    public void Content_without_a_format_is_refused()
    {
        Directory.CreateDirectory(temporary["data/blobs"]);

        FluentActions.Invoking(() => DataFolder.Open(temporary["data"])).Should().Throw<DataFolderException>().WithMessage("*no file \"format\"*");
    }

    [Fact]
    public void Only_one_owner_at_a_time_has_the_folder()
    {
        using (DataFolder.Open(temporary["data"]))
        {
            FluentActions.Invoking(() => DataFolder.Open(temporary["data"])).Should().Throw<DataFolderException>().WithMessage($"*{temporary["data"]}*in use*");
        }

        using var next = DataFolder.Open(temporary["data"]);
        next.Path.Should().Be(temporary["data"]);
    }

    [Fact]
    public void A_folder_that_was_never_ours_is_refused_and_keeps_its_temporary_files()
    {
        Directory.CreateDirectory(temporary["home/tmp/desk"]);
        File.WriteAllText(temporary["home/tmp/desk/thesis.txt"], "the only copy");

        FluentActions.Invoking(() => DataFolder.Open(temporary["home"])).Should().Throw<DataFolderException>().WithMessage($"*{temporary["home"]}*tmp*");

        File.ReadAllText(temporary["home/tmp/desk/thesis.txt"]).Should().Be("the only copy");
    }

    [Fact]
    public void A_folder_whose_first_opening_was_broken_off_is_opened_again()
    {
        Directory.CreateDirectory(temporary["data/tmp"]);
        File.WriteAllText(temporary[$"data/tmp/{Guid.NewGuid():N}"], "1");

        using var folder = DataFolder.Open(temporary["data"]);

        Directory.EnumerateFileSystemEntries(temporary["data/tmp"]).Should().BeEmpty();
    }

    [Fact]
    public void What_a_killed_process_left_half_written_is_removed()
    {
        DataFolder.Open(temporary["data"]).Dispose();
        File.WriteAllText(temporary["data/tmp/0123"], "half a blo");

        using var folder = DataFolder.Open(temporary["data"]);

        Directory.EnumerateFileSystemEntries(temporary["data/tmp"]).Should().BeEmpty();
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named()
    {
        File.WriteAllText(temporary["file"], "");

        FluentActions.Invoking(() => DataFolder.Open(temporary["file/data"])).Should().Throw<DataFolderException>().WithMessage($"*{temporary["file/data"]}*");
    }

    [Fact]
    public void A_write_replaces_a_file_as_a_whole_and_leaves_nothing_behind()
    {
        using var folder = DataFolder.Open(temporary["data"]);
        string file = Path.Combine(folder.Blobs, "a", "b", "link");

        DurableFile.Write(folder, file, "first"u8);
        DurableFile.Write(folder, file, "second"u8);

        File.ReadAllText(file).Should().Be("second");
        Directory.EnumerateFileSystemEntries(temporary["data/tmp"]).Should().BeEmpty();
    }

    public void Dispose() => temporary.Dispose();
}
