using FsCheck;
using FsCheck.Fluent;
using Provenance.ArtifactStore.Keys;

namespace Provenance.ArtifactStore.Tests.Keys;

public sealed class KeyIndexTests
{
    [Fact]
    public void It_does_what_a_sorted_dictionary_does() => Prop.ForAll(
        Gen.Choose(0, 3000).SelectMany(name => Gen.Choose(0, 9).Select(step => (name, step))).ListOf(2000).ToArbitrary(),
        static steps =>
        {
            var index = new KeyIndex();
            var model = new SortedDictionary<string, int>(StringComparer.Ordinal);
            foreach (var (number, step) in steps)
            {
                string name = $"n{number}";
                var change = step < 6 ? KeyChange.Set("t", name, BitConverter.GetBytes(number + step)) : KeyChange.Remove("t", name);
                index.Apply(KeyChangeFormat.Write([change]), place: 1, released: null);
                if (step < 6)
                {
                    model[name] = number + step;
                }
                else
                {
                    model.Remove(name);
                }

                if (step is 9 && !index.List("t", name, 3).SequenceEqual(model.Keys.Where(key => string.CompareOrdinal(key, name) > 0).Take(3)))
                {
                    return false;
                }
            }

            return index.List("t", null, int.MaxValue).SequenceEqual(model.Keys)
                && model.All(entry => index.TryFind("t", entry.Key, out var found) && BitConverter.ToInt32(found.Value.Span) == entry.Value);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(20));

    [Fact]
    public void Names_outside_of_ASCII_are_in_ordinal_order_too()
    {
        var index = new KeyIndex();
        string[] names = ["z", "\u00e4", "\ud7ff", "\ue000", "\uffff", "\ud83d\ude00", "\ud83d\ude01", "\ue000a", "a", ""];
        index.Apply(KeyChangeFormat.Write([.. names.Select(static name => KeyChange.Set("t", name, default))]), place: 1, released: null);

        index.List("t", null, 100).Should().Equal(names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Values_that_are_set_again_and_again_do_not_pile_up_or_get_lost()
    {
        var index = new KeyIndex();
        for (int round = 0; round < 20_000; round++)
        {
            index.Apply(KeyChangeFormat.Write([KeyChange.Set("t", $"n{round % 7}", BitConverter.GetBytes(round))]), place: 1, released: null);
        }

        Enumerable.Range(0, 7).Select(ValueOf).Should().Equal(Enumerable.Range(0, 7).Select(static name => 19_993 + ((name - 19_993 % 7 + 7) % 7)));

        int ValueOf(int name) => index.TryFind("t", $"n{name}", out var entry) ? BitConverter.ToInt32(entry.Value.Span) : -1;
    }

    [Fact]
    public void Every_entry_that_is_replaced_or_removed_is_told()
    {
        var index = new KeyIndex();
        List<KeyEntry> released = [];
        Apply(KeyChange.Set("t", "a", new byte[10]), 1);
        Apply(KeyChange.Set("t", "a", new byte[5]), 2);
        Apply(KeyChange.Remove("t", "a"), 3);
        Apply(KeyChange.Remove("t", "a"), 3);

        released.Select(static entry => (entry.Place, entry.Length)).Should().Equal((1, 8 + 2 + 10), (2, 8 + 2 + 5));

        void Apply(KeyChange change, int place) => index.Apply(KeyChangeFormat.Write([change]), place, released.Add);
    }

    [Fact]
    public void Names_and_values_that_are_too_large_or_no_text_are_refused()
    {
        FluentActions.Invoking(() => KeyChangeFormat.Write([KeyChange.Set("t", new string('x', 4097), default)])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => KeyChangeFormat.Write([KeyChange.Set("t", "n", new byte[65_537])])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => KeyChangeFormat.Write([KeyChange.Set("t", "\ud800", default)])).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Bytes_that_are_no_change_are_not_read()
    {
        byte[] bytes = KeyChangeFormat.Write([KeyChange.Set("table", "name", new byte[10])]);
        for (int length = 0; length < bytes.Length; length++)
        {
            ReadOnlySpan<byte> cut = bytes.AsSpan(0, length);
            KeyChangeFormat.TryRead(ref cut, out _).Should().BeFalse();
        }
    }
}
