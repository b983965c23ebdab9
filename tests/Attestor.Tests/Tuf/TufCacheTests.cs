using Provenance.Attestor.Tuf;
using Provenance.Testing.Tuf;

namespace Provenance.Attestor.Tests.Tuf;

/// <summary>Who may have filled a cache, and what is left in it.</summary>
public sealed class TufCacheTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    [Fact]
    public async Task A_cache_of_another_root_leaves_nothing_that_stops_readers()
    {
        await using var rig = await UpdateRig.StartUpdatedAsync();
        rig.Repository.PublishRoot();
        rig.Repository.PublishRoot();
        await rig.UpdateAsync();
        await using var other = await TestTufRepository.StartAsync();
        using var mirror = new TufMirror(other.Address, rig.Time);
        await new TufClient(mirror, rig.Cache, builtInRoot: null, rig.Time).UpdateAsync(other.NewestRoot, [UpdateRig.Name], [], CancellationToken.None);

        CachedTrust.Open(rig.Cache, builtInRoot: null)!.Roles[0].Version.Should().Be(1);

        // Version 3 is still of the old root.
        other.PublishRoot();
        await new TufClient(mirror, rig.Cache, builtInRoot: null, rig.Time).UpdateAsync(null, [UpdateRig.Name], [], CancellationToken.None);
        CachedTrust.Open(rig.Cache, builtInRoot: null)!.Roles[0].Version.Should().Be(2);
    }

    [Fact]
    public async Task A_cache_that_everybody_can_write_is_refused()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        await using var rig = await UpdateRig.StartUpdatedAsync();
        File.SetUnixFileMode(rig.Cache.Folder, OwnerOnly | UnixFileMode.OtherWrite);

        FluentActions.Invoking(rig.Cached).Should().Throw<TufException>().WithMessage("*written by everybody*").Which.Code.Should().Be(TufException.Cache);
        (await FluentActions.Awaiting(() => rig.UpdateAsync()).Should().ThrowAsync<TufException>()).Which.Code.Should().Be(TufException.Cache);
    }

    [Theory]
    [InlineData(1000u, 1000u, true)]
    [InlineData(0u, 1000u, true)]
    [InlineData(1000u, 0u, false)]
    [InlineData(1001u, 1000u, false)]
    public void A_cache_counts_where_it_belongs_to_its_user_or_to_root(uint owner, uint self, bool counts) =>
        FolderOwner.IsTrusted(owner, self).Should().Be(counts);

    [Fact]
    public async Task The_owner_of_a_folder_is_known_on_Linux()
    {
        await using var rig = await UpdateRig.StartUpdatedAsync();

        if (OperatingSystem.IsLinux())
        {
            FolderOwner.Find(rig.Cache.Folder).Should().Be(FolderOwner.Self);
        }

        FolderOwner.Find(rig.Cache.Folder + "-none").Should().BeNull();
    }

    [Fact]
    public async Task Links_in_the_cache_lead_the_clean_up_nowhere()
    {
        await using var rig = await UpdateRig.StartUpdatedAsync();
        string elsewhere = Directory.CreateDirectory(Path.Combine(rig.Folder, "elsewhere")).FullName;
        await File.WriteAllTextAsync(Path.Combine(elsewhere, "work.tmp"), "mine");
        Directory.CreateSymbolicLink(Path.Combine(rig.Cache.Folder, "link"), elsewhere);

        await rig.UpdateAsync();

        File.Exists(Path.Combine(elsewhere, "work.tmp")).Should().BeTrue();
    }
}
