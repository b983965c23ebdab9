using FsCheck;
using FsCheck.Fluent;
using Provenance.Attestor.Tuf;

namespace Provenance.Attestor.Tests.Tuf;

public sealed class TufPropertyTests
{
    private static readonly string[] Names = ["2.root.json", "timestamp.json", "2.snapshot.json", "2.targets.json"];
    private static readonly string[] Restored = ["timestamp.json", "snapshot.json"];

    [Fact]
    public async Task Any_bytes_as_any_metadata_end_in_a_refusal_and_leave_what_was_cached()
    {
        await using var rig = await PrepareAsync();
        Prop.ForAll<byte[], byte>((bytes, which) =>
        {
            string name = Names[which % Names.Length];
            RefuseAsync(rig, name, bytes).GetAwaiter().GetResult();
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Any_changed_byte_of_the_signed_part_of_any_metadata_ends_in_a_refusal()
    {
        await using var rig = await PrepareAsync();
        Prop.ForAll<NonNegativeInt, byte, byte>((place, which, bit) =>
        {
            string name = Names[which % Names.Length];
            byte[] honest = rig.Repository.Files[name];
            int start = honest.AsSpan().IndexOf("\"signed\""u8);
            byte[] changed = [.. honest];
            changed[start + (place.Get % (honest.Length - start))] ^= (byte)(1 << (bit % 8));
            RefuseAsync(rig, name, changed).GetAwaiter().GetResult();
        }).QuickCheckThrowOnFailure();
    }

    private static async Task<UpdateRig> PrepareAsync()
    {
        var rig = await UpdateRig.StartUpdatedAsync();
        foreach (string name in Restored)
        {
            File.Copy(rig.Cache.RolePath(name), Path.Combine(rig.Folder, name));
        }

        rig.Repository.Publish();
        rig.Repository.PublishRoot();
        return rig;
    }

    private static async Task RefuseAsync(UpdateRig rig, string name, byte[] content)
    {
        byte[] honest = rig.Repository.Files[name];
        string[] later = [.. Names.SkipWhile(n => n != name).Select(static n => n.TrimStart('2', '.')).Where(static n => n is not "root.json").Select(rig.Cache.RolePath)];
        var before = later.Select(File.ReadAllBytes).ToList();
        try
        {
            rig.Repository.Files[name] = content;
            await rig.RefusalAsync();
            later.Select(File.ReadAllBytes).Should().BeEquivalentTo(before, static options => options.WithStrictOrdering());
            File.Exists(rig.Cache.RootPath(2)).Should().Be(name is not "2.root.json");
        }
        finally
        {
            // The next case begins where this one did.
            rig.Repository.Files[name] = honest;
            TufCache.Delete(rig.Cache.RootPath(2));
            foreach (string file in Restored)
            {
                File.Copy(Path.Combine(rig.Folder, file), rig.Cache.RolePath(file), overwrite: true);
            }
        }
    }
}
