using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Provenance.Attestor.Tuf;
using Provenance.Testing.Tuf;

namespace Provenance.Attestor.Tests.Tuf;

/// <summary>Who has to have signed what, and in what form.</summary>
public sealed class TufSignatureTests
{
    [Theory]
    [InlineData("timestamp")]
    [InlineData("snapshot")]
    [InlineData("targets")]
    public async Task A_role_below_its_threshold_is_refused(string name)
    {
        await using var rig = await UpdateRig.StartAsync();
        var role = RoleOf(rig.Repository, name);
        role.Keys.Add(TestTufKey.Create());
        role.Threshold = role.Keys.Count;
        rig.Repository.PublishRoot();
        role.Keys.RemoveAt(0);
        rig.Repository.Publish();

        await RefusedAsync(rig, TufException.Signature, $"is signed by {role.Threshold - 1} keys of the role {name} in the root of version 2; {role.Threshold} are needed");
    }

    [Fact]
    public async Task Keys_of_one_role_do_not_sign_for_another()
    {
        await using var rig = await UpdateRig.StartAsync();
        rig.Repository.Timestamp.Keys[0] = rig.Repository.Snapshot.Keys[0];
        rig.Repository.Publish();

        await RefusedAsync(rig, TufException.Signature, "timestamp.json is signed by 0 keys");
    }

    [Fact]
    public async Task One_key_under_two_ids_counts_once()
    {
        await using var rig = await UpdateRig.StartAsync();
        rig.Repository.Timestamp.Keys.Add(rig.Repository.Timestamp.Keys[0].Again());
        rig.Repository.Timestamp.Threshold = 2;
        rig.Repository.PublishRoot();
        rig.Repository.Publish();

        await RefusedAsync(rig, TufException.Signature, "timestamp.json is signed by 1 keys");
    }

    [Fact]
    public async Task Two_signatures_of_one_key_are_refused()
    {
        await using var rig = await UpdateRig.StartAsync();
        rig.Alter("timestamp.json", static file => file["signatures"]!.AsArray().Add(file["signatures"]![0]!.DeepClone()));

        await RefusedAsync(rig, TufException.Format, "two signatures of the key");
    }

    [Fact]
    public async Task A_key_that_is_listed_under_another_id_counts_for_nothing()
    {
        await using var rig = await UpdateRig.StartAsync();
        string real = rig.Repository.Timestamp.Keys[0].Id;
        string other = new('0', 64);
        rig.Repository.Edit = (role, signed) =>
        {
            if (role is "root")
            {
                var keys = signed["keys"]!.AsObject();
                keys[other] = keys[real]!.DeepClone();
                keys.Remove(real);
                signed["roles"]!["timestamp"]!["keyids"] = new JsonArray(other);
            }
        };
        rig.Repository.PublishRoot();
        rig.Alter("timestamp.json", file => file["signatures"]![0]!["keyid"] = other);
        await RefusedAsync(rig, TufException.Signature, "timestamp.json is signed by 0 keys of the role timestamp in the root of version 2; 1 are needed. 1 of the role's keys count for nothing");

        rig.Repository.Edit = null;
        rig.Repository.PublishRoot();
        rig.Repository.PublishTimestamp();
        (await rig.UpdateAsync()).Roles[0].Version.Should().Be(3);
    }

    [Fact]
    public async Task A_root_that_only_its_own_keys_signed_is_refused()
    {
        await using var rig = await UpdateRig.StartUpdatedAsync();
        rig.Repository.Root.Keys.Clear();
        rig.Repository.Root.Keys.AddRange([TestTufKey.Create(), TestTufKey.Create()]);
        rig.Repository.PublishRoot([.. rig.Repository.Root.Keys]);

        await RefusedAsync(rig, TufException.Signature, "2.root.json is signed by 0 keys of the root of version 1; 2 are needed");
    }

    [Fact]
    public async Task A_root_that_only_the_old_keys_signed_is_refused()
    {
        await using var rig = await UpdateRig.StartUpdatedAsync();
        TestTufKey[] old = [.. rig.Repository.Root.Keys];
        rig.Repository.Root.Keys.Clear();
        rig.Repository.Root.Keys.AddRange([TestTufKey.Create(), TestTufKey.Create()]);
        rig.Repository.PublishRoot(old);

        await RefusedAsync(rig, TufException.Signature, "2.root.json is signed by 0 keys of its own role root; 2 are needed");
    }

    [Fact]
    public async Task A_root_that_skips_or_repeats_a_version_is_refused()
    {
        await using var rig = await UpdateRig.StartUpdatedAsync();
        rig.Repository.Files["2.root.json"] = rig.Repository.Files["1.root.json"];
        await RefusedAsync(rig, TufException.Version, "2.root.json has the version 1; after 1 comes 2");

        rig.Repository.Root.Version = 2;
        rig.Repository.PublishRoot();
        rig.Repository.Files["2.root.json"] = rig.Repository.Files["3.root.json"];
        await RefusedAsync(rig, TufException.Version, "2.root.json has the version 3; after 1 comes 2");
    }

    [Fact]
    public async Task Roots_without_end_are_read_up_to_a_number_and_kept()
    {
        await using var rig = await UpdateRig.StartAsync();
        rig.Repository.Root.Keys.RemoveRange(1, 2);
        rig.Repository.Root.Threshold = 1;
        for (int i = 0; i < 260; i++)
        {
            rig.Repository.PublishRoot();
        }

        (await rig.UpdateAsync()).Roles[0].Version.Should().Be(257);
        (await rig.UpdateAsync()).Roles[0].Version.Should().Be(261);
    }

    [Fact]
    public async Task A_given_root_that_does_not_sign_itself_is_refused()
    {
        await using var rig = await UpdateRig.StartAsync();
        byte[] root = rig.Repository.NewestRoot;
        rig.Alter("1.root.json", static file => file["signatures"]!.AsArray().Clear());

        (await rig.RefusalAsync(rig.Repository.NewestRoot)).Code.Should().Be(TufException.Root);
        (await rig.RefusalAsync([])).Code.Should().Be(TufException.Root);
        rig.Repository.Files["1.root.json"] = root;
        await rig.UpdateAsync(root);
    }

    [Fact]
    public async Task A_file_of_another_role_is_refused()
    {
        await using var rig = await UpdateRig.StartAsync();
        rig.Repository.Timestamp.Keys[0] = rig.Repository.Snapshot.Keys[0];
        rig.Repository.PublishRoot();
        rig.Repository.Publish();
        rig.Repository.Files["timestamp.json"] = rig.Repository.Files["2.snapshot.json"];

        await RefusedAsync(rig, TufException.Format, "timestamp.json is of the type \"snapshot\", not \"timestamp\"");
    }

    [Theory]
    [InlineData("\"version\":1", "\"version\":1,\"version\":2", "twice")]
    [InlineData("\"version\":1", "\"version\":1.0", "number")]
    [InlineData("\"version\":1", "\"version\":0", "version 0")]
    [InlineData("\"version\":1", "\"version\":\"1\"", "version")]
    [InlineData("\"version\":1", "\"version\":-1", "version")]
    [InlineData("\"version\":1", "\"version\":9007199254740993", "number")]
    [InlineData("\"spec_version\":\"1.0.31\"", "\"spec_version\":\"2.0.0\"", "2.0.0")]
    [InlineData("\"spec_version\":\"1.0.31\"", "\"spec_version\":\"1.\"", "1.")]
    [InlineData("T12:00:00Z", "T12:00:00.5Z", "no time of the form")]
    [InlineData("T12:00:00Z", "T12:00:00+00:00", "no time of the form")]
    [InlineData("\"signed\":", "\"unsigned\":", "signed")]
    [InlineData("\"meta\":", "\"x\":1e3,\"meta\":", "1e3")]
    [InlineData("snapshot.json", "snapshots.json", "snapshot.json")]
    [InlineData("\"sha256\"", "\"md5\"", null)]
    public async Task A_timestamp_that_is_malformed_is_refused(string text, string instead, string? words)
    {
        await using var rig = await UpdateRig.StartAsync();
        string file = Encoding.UTF8.GetString(rig.Repository.Files["timestamp.json"]);
        file.Should().Contain(text);
        rig.Repository.Files["timestamp.json"] = Encoding.UTF8.GetBytes(file.Replace(text, instead, StringComparison.Ordinal));

        await RefusedAsync(rig, words is null ? TufException.Signature : TufException.Format, words ?? "timestamp.json");
    }

    [Fact]
    public async Task Roles_without_a_threshold_and_with_a_key_twice_are_refused()
    {
        foreach (var (edit, words) in ((Action<JsonObject>, string)[])
            [
                (static role => role["threshold"] = 0, "threshold 0"),
                (static role => role["keyids"]!.AsArray().Add(role["keyids"]![0]!.DeepClone()), "lists a key id twice"),
                (static role => role["keyids"]!.AsArray().Add(1), "no text"),
                (static role => role.Remove("keyids"), "keyids"),
            ])
        {
            await using var rig = await UpdateRig.StartAsync();
            rig.Repository.Edit = (role, signed) =>
            {
                if (role is "root")
                {
                    edit(signed["roles"]!["timestamp"]!.AsObject());
                }
            };
            rig.Repository.PublishRoot();

            await RefusedAsync(rig, TufException.Format, words);
        }
    }

    private static TestTufRole RoleOf(TestTufRepository repository, string name) => name switch
    {
        "timestamp" => repository.Timestamp,
        "snapshot" => repository.Snapshot,
        _ => repository.TargetsRole,
    };

    private static async Task RefusedAsync(UpdateRig rig, string code, string words)
    {
        var refusal = await rig.RefusalAsync();
        refusal.Message.Should().Contain(words);
        refusal.Code.Should().Be(code, "it says {0}", refusal.Message.ToString(CultureInfo.InvariantCulture));
    }
}
