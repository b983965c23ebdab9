using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Tests.Signing;

public sealed class SecretBoxTests
{
    // Bernstein, "Cryptography in NaCl" (2009), sections 8 to 10: the shared key, nonce, message and boxed message of the worked example.
    private static readonly byte[] Key = Convert.FromHexString("1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389");
    private static readonly byte[] Nonce = Convert.FromHexString("69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37");
    private static readonly byte[] Message = Convert.FromHexString(
        "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb31"
        + "0e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f93776384864"
        + "5e0705");

    private static readonly byte[] Box = Convert.FromHexString(
        "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c972"
        + "71d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b3"
        + "7973f622a43d14a6599b1f654cb45a74e355a5");

    [Fact]
    public void TryOpen_gives_the_message_of_the_NaCl_paper()
    {
        SecretBox.TryOpen(Key, Nonce, Box, out byte[]? content).Should().BeTrue();

        content.Should().Equal(Message);
    }

    [Fact]
    public void TryOpen_refuses_a_box_with_any_bit_flipped()
    {
        for (int bit = 0; bit < Box.Length * 8; bit++)
        {
            byte[] altered = [.. Box];
            altered[bit / 8] ^= (byte)(1 << (bit % 8));

            SecretBox.TryOpen(Key, Nonce, altered, out byte[]? content).Should().BeFalse("bit {0} was flipped", bit);
            content.Should().BeNull();
        }
    }

    [Fact]
    public void TryOpen_refuses_another_key_another_nonce_and_boxes_that_are_too_short()
    {
        SecretBox.TryOpen(new byte[32], Nonce, Box, out _).Should().BeFalse();
        SecretBox.TryOpen(Key, new byte[24], Box, out _).Should().BeFalse();
        SecretBox.TryOpen(Key.AsSpan(0, 31), Nonce, Box, out _).Should().BeFalse();
        SecretBox.TryOpen(Key, Nonce.AsSpan(0, 23), Box, out _).Should().BeFalse();
        SecretBox.TryOpen(Key, Nonce, Box.AsSpan(0, 15), out _).Should().BeFalse();
    }
}
