using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Tuf;
using Provenance.Testing.Tuf;

namespace Provenance.Attestor.Tests.Tuf;

/// <summary>The attacks that The Update Framework names, and those on its forms. None changes what the cache gives.</summary>
public sealed class TufAttackTests
{
    [Fact]
    public async Task A_timestamp_of_a_lower_version_is_refused()
    {
        await using var rig = await UpdateRig.StartAsync();
        byte[] old = rig.Repository.Files["timestamp.json"];
        rig.Repository.Publish();
        await rig.UpdateAsync();
        rig.Repository.Files["timestamp.json"] = old;

        await RefusedAsync(rig, TufException.Rollback, "timestamp.json has the version 1; 2 was seen before");
    }

    [Fact]
    public async Task A_timestamp_that_lists_a_lower_snapshot_is_refused()
    {
        await using var rig = await UpdateRig.StartAsync();
        rig.Repository.Publish();
        await rig.UpdateAsync();
        rig.Repository.Snapshot.Version = 1;
        rig.Repository.PublishTimestamp();

        await RefusedAsync(rig, TufException.Rollback, "lists version 1 of snapshot.json; 2 was listed before");
    }

    [Fact]
    public async Task A_snapshot_that_lists_lower_targets_is_refused()
    {
        await using var rig = await UpdateRig.StartAsync();
        rig.Repository.Publish();
        await rig.UpdateAsync();
        rig.Repository.TargetsRole.Version = 1;
        rig.Repository.PublishSnapshot();
        rig.Repository.PublishTimestamp();

        await RefusedAsync(rig, TufException.Rollback, "lists version 1 of targets.json; 2 was listed before");
    }

    [Fact]
    public async Task A_snapshot_that_drops_a_file_is_refused()
    {
        await using var rig = await UpdateRig.StartAsync();
        rig.Repository.Edit = static (role, signed) => AddDelegation(role, signed, 1);
        rig.Repository.Publish();
        await rig.UpdateAsync();
        rig.Repository.Edit = null;
        rig.Repository.Publish();

        await RefusedAsync(rig, TufException.Rollback, "does not list npm.json");
    }

    [Theory]
    [InlineData("1.root.json", 1)]
    [InlineData("timestamp.json", 2)]
    [InlineData("snapshot.json", 3)]
    [InlineData("targets.json", 4)]
    public async Task An_expired_file_is_refused(string file, int role)
    {
        await using var rig = await UpdateRig.StartAsync();
        var repository = rig.Repository;
        repository.SetExpiry(rig.Time.GetUtcNow().AddDays(90));
        ((TestTufRole[])[repository.Root, repository.Timestamp, repository.Snapshot, repository.TargetsRole])[role - 1].Expires = rig.Time.GetUtcNow().AddDays(60);
        repository.PublishRoot();
        repository.Publish();
        rig.Time.Advance(TimeSpan.FromDays(60));

        await RefusedAsync(rig, TufException.Expired, file.Replace("1.root", "2.root", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cache_that_is_fed_the_same_files_for_ever_is_told_when_they_expire()
    {
        await using var rig = await UpdateRig.StartUpdatedAsync();
        rig.Time.Advance(TimeSpan.FromDays(29));
        await rig.UpdateAsync();
        rig.Repository.SetExpiry(rig.Time.GetUtcNow().AddDays(60));
        rig.Repository.PublishRoot();
        rig.Time.Advance(TimeSpan.FromDays(1));

        await RefusedAsync(rig, TufException.Expired, "timestamp.json");
    }

    [Fact]
    public async Task Versions_that_run_ahead_are_forgotten_once_the_keys_are_changed()
    {
        await using var rig = await UpdateRig.StartAsync();
        var repository = rig.Repository;
        (repository.Timestamp.Version, repository.Snapshot.Version, repository.TargetsRole.Version) = (int.MaxValue, int.MaxValue, int.MaxValue);
        repository.Publish();
        await rig.UpdateAsync();
        (repository.Timestamp.Version, repository.Snapshot.Version, repository.TargetsRole.Version) = (1, 1, 1);
        repository.Publish();
        await RefusedAsync(rig, TufException.Rollback, "timestamp.json");

        repository.Timestamp.Keys[0] = TestTufKey.Create();
        repository.PublishRoot();
        repository.Publish();

        (await rig.UpdateAsync()).Roles.Select(static role => role.Version).Should().Equal(2, 3, 3, 3);
    }

    [Fact]
    public async Task Files_that_do_not_belong_together_are_refused()
    {
        await using var rig = await UpdateRig.StartAsync(consistent: false);

        await RefusesEarlierFilesAsync(rig, TufException.Hash, "snapshot.json", "targets.json");
    }

    [Fact]
    public async Task Files_of_another_version_are_refused_where_no_hashes_are_listed()
    {
        await using var rig = await UpdateRig.StartAsync(consistent: false);
        rig.Repository.Edit = static (_, signed) =>
        {
            foreach (var (_, entry) in signed["meta"]?.AsObject() ?? [])
            {
                entry!.AsObject().Remove("hashes");
                entry.AsObject().Remove("length");
            }
        };
        rig.Repository.Publish();

        await RefusesEarlierFilesAsync(
            rig,
            TufException.Version,
            "snapshot.json has the version 2; timestamp.json lists 3",
            "targets.json has the version 2; snapshot.json lists 3");
    }

    [Theory]
    [InlineData("2.root.json")]
    [InlineData("timestamp.json")]
    [InlineData("2.snapshot.json")]
    [InlineData("2.targets.json")]
    public async Task A_file_of_which_a_byte_was_changed_is_refused(string file)
    {
        await using var rig = await UpdateRig.StartUpdatedAsync();
        rig.Repository.PublishRoot();
        rig.Repository.Publish();
        rig.Alter(file, static json => json["signed"]!["expires"] = "2099-01-01T00:00:00Z");

        string code = file.Contains("root", StringComparison.Ordinal) || file.StartsWith('t') ? TufException.Signature : TufException.Hash;
        await RefusedAsync(rig, code, file);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task A_target_of_other_bytes_is_refused(int more)
    {
        await using var rig = await UpdateRig.StartAsync();
        string path = rig.Repository.Files.Keys.Single(static key => key.StartsWith("targets/", StringComparison.Ordinal));
        int length = rig.Repository.Files[path].Length;
        rig.Repository.Files[path] = Encoding.UTF8.GetBytes(new string('x', length + more));

        await RefusedAsync(rig, TufException.Hash, UpdateRig.Name);
    }

    [Fact]
    public async Task A_target_that_is_not_listed_is_refused_and_delegations_are_named()
    {
        await using var rig = await UpdateRig.StartAsync();
        (await rig.RefusalAsync(name: "other.json")).Should().Match<TufException>(static e => e.Code == TufException.Target && !e.Message.Contains("delegates"));
        rig.Repository.Edit = static (role, signed) => AddDelegation(role, signed, 1);
        rig.Repository.Publish();

        (await rig.RefusalAsync(name: "other.json")).Message.Should().Contain("delegates to other roles, which are not searched");
        (await rig.RefusalAsync(name: "../../other.json")).Code.Should().Be(TufException.Target);
    }

    [Fact]
    public async Task Files_that_never_end_are_left_at_their_greatest_size()
    {
        await using var rig = await UpdateRig.StartAsync();
        foreach (string file in (string[])["2.root.json", "timestamp.json", "1.snapshot.json", "1.targets.json"])
        {
            rig.Repository.Disturb = async context =>
            {
                if (context.Request.Path != "/" + file)
                {
                    return false;
                }

                byte[] piece = new byte[10_000];
                while (!context.RequestAborted.IsCancellationRequested)
                {
                    await context.Response.Body.WriteAsync(piece, CancellationToken.None);
                    await Task.Yield();
                }

                return true;
            };

            await RefusedAsync(rig, file is "2.root.json" or "timestamp.json" ? TufException.Limit : TufException.Hash, file);
        }
    }

    [Fact]
    public async Task Targets_that_are_listed_as_too_large_are_not_asked_for()
    {
        await using var rig = await UpdateRig.StartAsync();
        rig.Repository.Edit = static (role, signed) =>
        {
            if (role is "targets")
            {
                signed["targets"]![UpdateRig.Name]!["length"] = TufClient.MaximumTargetSize + 1;
            }
        };
        rig.Repository.Publish();

        await RefusedAsync(rig, TufException.Limit, UpdateRig.Name);
        rig.Repository.Requests.Should().NotContain(static request => request.Contains("/targets/"));
    }

    /// <summary>Publishes once more; then the snapshot from before beside the newest of all else is refused, and so are the targets.</summary>
    private static async Task RefusesEarlierFilesAsync(UpdateRig rig, string code, string aboutSnapshot, string aboutTargets)
    {
        byte[] snapshot = rig.Repository.Files["snapshot.json"];
        byte[] targets = rig.Repository.Files["targets.json"];
        rig.Repository.Publish();
        byte[] newSnapshot = rig.Repository.Files["snapshot.json"];

        rig.Repository.Files["snapshot.json"] = snapshot;
        await RefusedAsync(rig, code, aboutSnapshot);
        rig.Repository.Files["snapshot.json"] = newSnapshot;
        rig.Repository.Files["targets.json"] = targets;
        await RefusedAsync(rig, code, aboutTargets);
    }

    private static async Task RefusedAsync(UpdateRig rig, string code, string words)
    {
        var refusal = await rig.RefusalAsync();
        (refusal.Code, refusal.Message).Should().Match<(string Code, string Message)>(r => r.Code == code && r.Message.Contains(words), "it is {0} about {1}", code, words);
    }

    private static void AddDelegation(string role, JsonObject signed, int version)
    {
        switch (role)
        {
            case "snapshot":
                signed["meta"]!["npm.json"] = new JsonObject { ["version"] = version };
                break;
            case "targets":
                signed["delegations"] = new JsonObject { ["keys"] = new JsonObject(), ["roles"] = new JsonArray() };
                break;
        }
    }
}
