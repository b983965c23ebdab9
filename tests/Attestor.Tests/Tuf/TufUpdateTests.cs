using System.Text;
using Provenance.Attestor.Tuf;
using Provenance.Testing;
using Provenance.Testing.Tuf;

namespace Provenance.Attestor.Tests.Tuf;

public sealed class TufUpdateTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Update_fetches_the_trusted_root_and_keeps_it_for_use_without_a_connection(bool consistent)
    {
        await using var rig = await UpdateRig.StartAsync(consistent);
        rig.Cached().Should().BeNull();

        var update = await rig.UpdateAsync();

        update.Roles.Select(static role => (role.Name, role.Version, role.Before)).Should().Equal(
            ("root", 1, 1), ("timestamp", 1, null), ("snapshot", 1, null), ("targets", 1, null));
        update.Targets.Should().ContainSingle().Which.IsNew.Should().BeTrue();
        update.Remarks.Should().BeEmpty();
        rig.Cached().Should().Contain("first");
        rig.Cache.FindMirror().Should().Be(rig.Repository.Address.AbsoluteUri);
    }

    [Fact]
    public async Task Update_asks_for_the_next_root_and_the_timestamp_only_where_nothing_is_new()
    {
        await using var rig = await UpdateRig.StartUpdatedAsync();
        int before = rig.Repository.Requests.Count;

        var update = await rig.UpdateAsync();

        rig.Repository.Requests.Skip(before).Should().Equal("GET /2.root.json", "GET /timestamp.json");
        update.Targets.Should().ContainSingle().Which.IsNew.Should().BeFalse();
    }

    [Fact]
    public async Task Update_takes_new_versions_and_the_optional_target_where_there_is_one()
    {
        await using var rig = await UpdateRig.StartUpdatedAsync();
        rig.Repository.Targets["trusted_root.json"] = "{\"mediaType\":\"second\"}"u8.ToArray();
        rig.Repository.Targets["signing_config.v0.2.json"] = "{}"u8.ToArray();
        rig.Repository.Publish();

        var update = await rig.UpdateAsync();

        update.Roles.Select(static role => (role.Name, role.Version, role.Before)).Should().Equal(
            ("root", 1, 1), ("timestamp", 2, 1), ("snapshot", 2, 1), ("targets", 2, 1));
        update.Targets.Select(static target => (target.Name, target.IsNew)).Should().Equal(("trusted_root.json", true), ("signing_config.v0.2.json", true));
        rig.Cached().Should().Contain("second");
    }

    [Fact]
    public async Task Update_follows_roots_of_new_keys_one_by_one_and_needs_none_of_them_twice()
    {
        await using var rig = await UpdateRig.StartUpdatedAsync();
        for (int i = 0; i < 5; i++)
        {
            rig.Repository.Root.Keys.RemoveAt(0);
            rig.Repository.Root.Keys.Add(i is 2 ? TestTufKey.CreateRsa() : TestTufKey.CreateHexadecimal());
            rig.Repository.PublishRoot();
        }

        (await rig.UpdateAsync()).Roles[0].Should().BeEquivalentTo(new { Version = 6, Before = 1 });
        int before = rig.Repository.Requests.Count;
        (await rig.UpdateAsync()).Roles[0].Before.Should().Be(6);
        rig.Repository.Requests.Skip(before).Should().NotContain("GET /6.root.json");
    }

    [Fact]
    public async Task Update_reads_roots_that_have_expired_when_a_newer_one_has_not()
    {
        await using var rig = await UpdateRig.StartUpdatedAsync();
        rig.Time.Advance(TimeSpan.FromDays(40));
        (await rig.RefusalAsync()).Should().Match<TufException>(static e => e.Code == TufException.Expired && e.Message.Contains("root, version 1, expired at 2026-12-20T12:00:00Z"));

        rig.Repository.SetExpiry(rig.Time.GetUtcNow().AddDays(30));
        rig.Repository.PublishRoot();
        rig.Repository.Publish();

        (await rig.UpdateAsync()).Roles[0].Version.Should().Be(2);
    }

    [Fact]
    public async Task Update_begins_with_a_given_root_and_remembers_it()
    {
        await using var rig = await UpdateRig.StartAsync();
        await using var other = await TestTufRepository.StartAsync();
        using var mirror = new TufMirror(other.Address, rig.Time);
        var client = new TufClient(mirror, rig.Cache, builtInRoot: null, rig.Time);
        Task<TufUpdate> Update(byte[]? root) => client.UpdateAsync(root, [UpdateRig.Name], [], CancellationToken.None);

        (await FluentActions.Awaiting(() => Update(null)).Should().ThrowAsync<TufException>()).Which.Code.Should().Be(TufException.Root);
        await Update(other.NewestRoot);
        await Update(null);

        CachedTrust.Open(rig.Cache, builtInRoot: null)!.Roles[0].Version.Should().Be(1);
    }

    [Fact]
    public async Task Update_does_not_mind_signatures_of_strangers_and_keys_of_unknown_types()
    {
        await using var rig = await UpdateRig.StartAsync();
        var repository = rig.Repository;
        repository.Timestamp.Keys.Add(TestTufKey.CreateUnknown());
        repository.PublishRoot();
        repository.Timestamp.Keys.Insert(0, TestTufKey.Create());
        repository.PublishTimestamp();

        (await rig.UpdateAsync()).Roles[1].Version.Should().Be(2);
    }

    [Fact]
    public async Task Update_says_what_of_the_cache_is_damaged_and_rebuilds_it()
    {
        await using var rig = await UpdateRig.StartUpdatedAsync();
        rig.Repository.PublishRoot();
        await rig.UpdateAsync();
        string[] files = [rig.Cache.RootPath(2), .. ((string[])["timestamp.json", "snapshot.json", "targets.json"]).Select(rig.Cache.RolePath), .. Directory.GetFiles(Path.Combine(rig.Cache.Folder, "targets"))];
        files.Should().HaveCount(5);
        foreach (string file in files)
        {
            byte[] good = await File.ReadAllBytesAsync(file);
            await File.WriteAllBytesAsync(file, [.. good[..^4], .. "!!!!"u8]);
            if (!file.EndsWith("timestamp.json", StringComparison.Ordinal) && !file.EndsWith("snapshot.json", StringComparison.Ordinal))
            {
                FluentActions.Invoking(rig.Cached).Should().Throw<TufException>().Which.Code.Should().Be(TufException.Cache);
            }

            (await rig.UpdateAsync()).Remarks.Should().ContainSingle().Which.Should().Contain(file);

            (await File.ReadAllBytesAsync(file)).Should().Equal(good);
            rig.Cached().Should().Contain("first");
        }
    }

    [Fact]
    public async Task Update_takes_new_keys_of_every_role_without_a_remark()
    {
        await using var rig = await UpdateRig.StartUpdatedAsync();
        foreach (var role in (TestTufRole[])[rig.Repository.Timestamp, rig.Repository.Snapshot, rig.Repository.TargetsRole])
        {
            role.Keys[0] = TestTufKey.Create();
        }

        rig.Repository.PublishRoot();
        rig.Repository.Publish();

        (await rig.UpdateAsync()).Remarks.Should().BeEmpty();
        rig.Cached().Should().Contain("first");
    }

    [Fact]
    public async Task A_cache_that_another_process_holds_is_waited_for_a_minute()
    {
        await using var rig = await UpdateRig.StartUpdatedAsync();
        using var turn = await rig.Cache.LockAsync(TimeProvider.System, CancellationToken.None);
        var time = new SkippingTime();

        var waiting = FluentActions.Awaiting(() => new TufCache(rig.Cache.Folder).LockAsync(time, CancellationToken.None));

        (await waiting.Should().ThrowAsync<TufException>()).Which.Code.Should().Be(TufException.Cache);
        time.Elapsed.Should().BeCloseTo(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Two_updates_at_once_leave_a_cache_that_holds()
    {
        await using var rig = await UpdateRig.StartAsync();
        rig.Repository.Targets["trusted_root.json"] = Encoding.UTF8.GetBytes(new string('x', 100_000));
        rig.Repository.SetExpiry(new DateTimeOffset(9999, 1, 1, 0, 0, 0, TimeSpan.Zero));
        rig.Repository.PublishRoot();
        rig.Repository.Publish();

        var updates = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => UpdateWithClockAsync(rig))));

        updates.Count(static update => update.Targets[0].IsNew).Should().Be(1);
        updates.SelectMany(static update => update.Remarks).Should().BeEmpty();
        rig.Cached().Should().HaveLength(100_000);
        Directory.GetFiles(rig.Cache.Folder, "*.tmp", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Fact]
    public async Task Update_removes_what_a_killed_one_left_behind()
    {
        await using var rig = await UpdateRig.StartUpdatedAsync();
        string left = Path.Combine(rig.Cache.Folder, "targets.json.0011.tmp");
        await File.WriteAllTextAsync(left, "torn");

        await rig.UpdateAsync();

        File.Exists(left).Should().BeFalse();
    }

    [Fact]
    public async Task The_cache_is_its_owners_only()
    {
        await using var rig = await UpdateRig.StartUpdatedAsync();

        if (!OperatingSystem.IsWindows())
        {
            File.GetUnixFileMode(rig.Cache.Folder).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    // Waiting for the lock takes a clock that does not skip.
    private static async Task<TufUpdate> UpdateWithClockAsync(UpdateRig rig)
    {
        using var mirror = new TufMirror(rig.Repository.Address, TimeProvider.System);
        return await new TufClient(mirror, rig.Cache, rig.Repository.NewestRoot, TimeProvider.System).UpdateAsync(null, [UpdateRig.Name], [], CancellationToken.None);
    }
}
