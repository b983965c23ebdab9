using FsCheck;
using FsCheck.Fluent;
using Provenance.ArtifactStore.Digests;
using Provenance.ArtifactStore.Logs.Indexes;

namespace Provenance.ArtifactStore.Tests.Logs.Indexes;

public sealed class BlobIndexTests
{
    [Fact]
    public void It_does_what_a_dictionary_does() => Prop.ForAll(
        Gen.Choose(0, 400).SelectMany(key => Gen.Choose(0, 9).Select(step => (key, step))).ListOf().ToArbitrary(),
        static steps =>
        {
            var index = new BlobIndex();
            var model = new Dictionary<BlobKey, BlobPlace>();
            int number = 0;
            foreach (var (which, step) in steps)
            {
                var key = KeyOf(which);
                BlobPlace? before = model.TryGetValue(key, out var old) ? old : null;
                if (step < 7)
                {
                    var place = new BlobPlace(++number, (uint)number * 8, number, number % 2 is 0);
                    if (index.Set(key, place, 0) != before)
                    {
                        return false;
                    }

                    model[key] = place;
                }
                else if (index.Remove(key) != before)
                {
                    return false;
                }
                else
                {
                    model.Remove(key);
                }
            }

            return index.Count == model.Count
                && model.All(entry => index.TryFind(entry.Key, out var place, out bool isCorrupt) && place == entry.Value && !isCorrupt)
                && index.List().ToDictionary(static blob => blob.Key, static blob => blob.Place).OrderBy(static entry => entry.Value.Segment)
                    .SequenceEqual(model.OrderBy(static entry => entry.Value.Segment));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Many_blobs_are_all_found_and_removed()
    {
        var index = new BlobIndex();
        for (int number = 0; number < 50_000; number++)
        {
            index.Set(KeyOf(number), new BlobPlace(1, (uint)number, 1, false), 0);
        }

        Enumerable.Range(0, 50_000).Count(number => OffsetOf(number) == number).Should().Be(50_000);
        Enumerable.Range(0, 50_000).Should().OnlyContain(number => index.Remove(KeyOf(number)) != null);
        index.Count.Should().Be(0);

        long OffsetOf(int number) => index.TryFind(KeyOf(number), out var place, out _) ? place.Offset : -1;
    }

    [Fact]
    public void A_blob_stays_corrupt_until_it_is_stored_anew()
    {
        var index = new BlobIndex();
        var place = new BlobPlace(1, 8, 1, false);
        index.Set(KeyOf(1), place, 0);

        index.MarkCorrupt(KeyOf(1), place with { Offset = 16 }).Should().BeFalse("it is not there any more");
        index.MarkCorrupt(KeyOf(1), place).Should().BeTrue();
        index.MarkCorrupt(KeyOf(1), place).Should().BeFalse();
        index.TryFind(KeyOf(1), out _, out bool isCorrupt).Should().BeTrue();
        isCorrupt.Should().BeTrue();

        index.Set(KeyOf(1), place, 0);
        index.TryFind(KeyOf(1), out _, out isCorrupt).Should().BeTrue();
        isCorrupt.Should().BeFalse();
    }

    [Fact]
    public void A_long_digest_is_found_by_all_of_it_and_never_as_a_short_one()
    {
        var index = new BlobIndex();
        byte[] hash = new byte[64];
        index.Set(BlobKey.Of(hash), default, 0);
        hash[63] = 1;

        index.TryFind(BlobKey.Of(hash), out _, out _).Should().BeFalse();
        index.TryFind(BlobKey.Of(Digest.Of(new byte[64])), out _, out _).Should().BeFalse("that the same bytes hash to it makes it no blob");
    }

    private static BlobKey KeyOf(int number) => BlobKey.Of(Digest.Of(DigestAlgorithm.Find(number % 5 is 0 ? "sha512" : "sha256")!, BitConverter.GetBytes(number)));
}
