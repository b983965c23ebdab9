using System.Text;
using FluentAssertions;
using Provenance.ArtifactStore.Keys;
using Xunit;

namespace Provenance.ArtifactStore.Tests.Keys;

public sealed class MemoryKeyTableTests
{
    private readonly MemoryKeyTable table = new();

    [Fact]
    public async Task A_name_stands_for_what_it_was_last_set_to()
    {
        await SetAsync("tags/app", "v1", "one");
        await SetAsync("tags/app", "v1", "two");

        Text("tags/app", "v1").Should().Be("two");
        Text("tags/app", "V1").Should().BeNull();
        Text("tags/other", "v1").Should().BeNull();
    }

    [Fact]
    public async Task Names_are_listed_in_ordinal_order_after_a_given_one()
    {
        await table.ChangeAsync([.. new[] { "b", "a", "C", "c" }.Select(name => KeyChange.Set("tags/app", name, default))], default);

        table.List("tags/app", after: null, 10).Should().Equal("C", "a", "b", "c");
        table.List("tags/app", after: "a", 1).Should().Equal("b");
        table.List("tags/app", after: "aa", 10).Should().Equal("b", "c");
        table.List("tags/none", after: null, 10).Should().BeEmpty();
    }

    [Fact]
    public async Task A_table_exists_as_long_as_it_holds_a_name()
    {
        await SetAsync("tags/app", "v1", "one");
        await SetAsync("tags/base", "v1", "one");
        await SetAsync("links/app", "x", "");
        table.ListTables("tags/").Should().Equal("tags/app", "tags/base");

        await table.ChangeAsync([KeyChange.Remove("tags/app", "v1"), KeyChange.Remove("tags/app", "v2")], default);

        table.ListTables("tags/").Should().Equal("tags/base");
    }

    [Fact]
    public async Task A_value_does_not_change_with_the_memory_it_came_from()
    {
        byte[] memory = [1];
        await table.ChangeAsync([KeyChange.Set("t", "n", memory)], default);
        memory[0] = 2;

        table.TryFind("t", "n", out var value).Should().BeTrue();
        value.ToArray().Should().Equal(1);
    }

    private Task SetAsync(string of, string name, string value) =>
        table.ChangeAsync([KeyChange.Set(of, name, Encoding.UTF8.GetBytes(value))], default);

    private string? Text(string of, string name) => table.TryFind(of, name, out var value) ? Encoding.UTF8.GetString(value.Span) : null;
}
