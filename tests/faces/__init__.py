"""What the tests and benches of faces share: dlib and its models, installed beside the environment."""
