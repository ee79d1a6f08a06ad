@main struct Lakewarden {
    static func main() async {}
}
